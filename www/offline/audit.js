/**
 * A file of its own: the verifier with its words, and one bundle or none. It makes the bundle's report
 * again, says whether that is the recorded one, and draws it. It asks nobody for anything.
 *
 * @import { Examination, Request, Source } from '../page.d.ts'
 */

import { digestOf } from '../bytes.js';
import { button, h, retell, visible } from '../dom.js';
import { AnswerCard } from '../elements/answer-card.js';
import { EvidenceIntake, rfc3339 } from '../elements/evidence-intake.js';
import { EvidenceReport } from '../elements/evidence-report.js';
import { LanguageChoice, preferredLanguage, speak } from '../elements/language-choice.js';
import { drawable } from '../drawable.js';
import { answerForPaper } from '../paper.js';
import { sentencesOf } from '../phrases.js';
import { ui } from '../wording.js';
import { aboutFile, checkFile, inputs } from './about.js';
import { blockText, unpacked } from './blocks.js';
import { contentOf, embedded } from './bundle.js';
import { take as takeWords } from './languages.js';
import { bundled, bundleOf, examine, ownFile, policies, recorded, refused, start } from './program.js';
import { audit, recorderNote, standing, todayNote } from './standing.js';

const view = new EvidenceReport();
const card = new AnswerCard();
const intake = new EvidenceIntake(ownFile);
const language = new LanguageChoice();
const fileButton = button(() => ui('i-have-a-file'), () => showIntake(place('intake').hidden !== false), {
  id: 'open-intake',
  'aria-expanded': 'false',
  'aria-controls': 'intake',
});

/** @type {Source[]} what the reader handed in */
let sources = [];

/** Counts what was begun: an answer to something before that is not drawn. */
let turn = 0;

/** @type {Uint8Array<ArrayBuffer> | null} the bundle that came in this file */
let carried = null;

/** @type {() => void} draws what stands, in the language that is spoken */
let stands = () => {};

await begin();

async function begin() {
  const reading = embedded();
  try {
    await speak(preferredLanguage(), takeWords);
  } catch {
    // Without its words the file can say what it is in the words of its markup alone.
    place('unpacked').hidden = false;
    return;
  }
  place('bar').append(fileButton, language);
  retell();
  place('problems').append(intake.problem);
  place('intake').append(intake);
  language.addEventListener('language', (event) => {
    change(/** @type {CustomEvent<{ tag: string }>} */ (event).detail.tag);
  });
  answerForPaper(view);
  const bundle = await reading;
  // What was changed is told whatever the verifier does.
  if (bundle === 'broken') showUnreadable(() => audit('unreadable.letters'));
  else carried = bundle;
  const isRunning = await unpacked(blockText('verifier'), 'lzma').then(start, () => false);
  intake.policies = policies();
  listen();
  if (bundle === 'broken') return;
  if (bundle === null) showStart(isRunning);
  else if (isRunning) await showRecording(bundle);
  else await showUnchecked(bundle);
}

/**
 * Says everything that stands in another language. Nothing is examined again.
 *
 * @param {string} tag
 */
async function change(tag) {
  await speak(tag, takeWords);
  language.shows();
  retell();
  view.again(stands, place('content'));
}

/**
 * Draws something in the place of what stood.
 *
 * @param {() => void} draw
 */
function present(draw) {
  stands = draw;
  draw();
}

/** @param {string} id */
function place(id) {
  const element = document.getElementById(id);
  if (!element) throw new TypeError(`this file has no ${id}`);
  return element;
}

function listen() {
  intake.addEventListener('request', (event) => {
    const request = /** @type {CustomEvent<Request>} */ (event).detail;
    if (request.sources.length > 0) {
      sources = request.sources;
      intake.releasePolicy();
    }
    take(request.at);
  });
  view.addEventListener('add-files', async (event) => {
    const detail = /** @type {CustomEvent<{ files: File[], problem: HTMLElement }>} */ (event).detail;
    const added = await intake.read(detail.files, detail.problem);
    if (!added) return;
    sources = [...sources, ...added];
    intake.again();
  });
  view.addEventListener('remove-file', (event) => {
    const { place: at } = /** @type {CustomEvent<{ place: number }>} */ (event).detail;
    sources = sources.filter((_, index) => index !== at);
    intake.again();
  });
  view.addEventListener('choose-policy', (event) => {
    intake.choosePolicy(/** @type {CustomEvent<{ policy: string }>} */ (event).detail.policy);
    intake.again();
  });
}

/** @param {boolean} isShown */
function showIntake(isShown) {
  place('intake').hidden = !isShown;
  fileButton.setAttribute('aria-expanded', String(isShown));
}

/**
 * Draws an answer in place of what stood.
 *
 * @param {HTMLElement | null} above what is said about it
 * @param {HTMLElement[]} result
 */
function put(above, result) {
  place('waiting').hidden = true;
  place('start').hidden = true;
  place('about').hidden = true;
  const said = place('standing');
  said.hidden = above === null;
  said.replaceChildren(...(above ? [above] : []));
  const drawn = place('result');
  drawn.hidden = result.length === 0;
  drawn.replaceChildren(...result);
}

/** There is no evidence in this file. @param {boolean} isRunning */
function showStart(isRunning) {
  if (!isRunning) {
    present(() => put(standing('no-verifier', null, stopped()), []));
    return;
  }
  place('waiting').hidden = true;
  place('start').hidden = false;
  showIntake(true);
  present(() => {
    const about = place('about');
    about.replaceChildren(aboutFile(null), checkFile(null));
    about.hidden = false;
    document.title = audit('title');
  });
}

/**
 * Examines what the reader handed in; a bundle by itself is shown as the recording that it is.
 *
 * @param {string | null} at
 */
async function take(at) {
  const [first] = sources;
  if (!first) return;
  if (sources.length === 1 && (await ownFile(first.bytes)) === 'own-bundle' && at === null) {
    await showRecording(first.bytes);
    return;
  }
  const { policy, artifact } = intake;
  const options = { at: at ?? rfc3339(new Date()), ...(policy ? { policy } : {}), ...(artifact ? { artifact } : {}) };
  turn += 1;
  const mine = turn;
  view.clear(ui('checking'));
  const handed = sources;
  const examination = await examine(handed, options);
  if (turn !== mine) return;
  const keep =
    examination.kind === 'report' ? () => bundled(handed, examination.options, examination.json) : null;
  const compare = examination.kind === 'report' ? () => examine(handed, examination.options, 'both') : null;
  present(() => {
    const back = carried && button(audit('back'), () => carried && showRecording(carried), { id: 'back', class: 'quiet' });
    put(h('div', {}, standing('own-files'), back ? h('p', { class: 'no-print' }, back) : null), [view]);
    draw(examination, handed, { keep, compare });
  });
  view.focusAnswer();
}

/**
 * Makes the report of a bundle again.
 *
 * @param {Uint8Array} bytes the bundle, or an audit file with one in it
 */
async function showRecording(bytes) {
  turn += 1;
  const mine = turn;
  /** @type {Awaited<ReturnType<typeof recorded>>} */
  let made;
  /** @type {Uint8Array<ArrayBuffer>} */
  let bundle;
  try {
    bundle = bundleOf(bytes);
    made = await recorded(bundle);
  } catch (error) {
    if (turn !== mine) return;
    const why = refused(error);
    showUnreadable(() => (why.kind === 'unreadable' ? why.message : ui(`${why.reason}.sentence`)));
    return;
  }
  const { told, signatures } = made;
  const report = drawable(told.report);
  if (!report) {
    showUnreadable(() => ui('not-a-report.sentence'));
    return;
  }
  const at = rfc3339(new Date());
  const [now, digest] = await Promise.all([
    examine([{ name: audit('bundle-name'), bytes: bundle }], { at }),
    digestOf(bundle),
  ]);
  if (turn !== mine) return;
  // Files that the reader adds stand beside the bundle.
  sources = [{ name: audit('bundle-name'), bytes: bundle }];
  const options = { at: told.at };
  /** @type {Examination} */
  const then = { kind: 'report', report, json: told.report, further: [], recorded: null, options, signatures, seen: null };
  let isToday = false;
  present(() => {
    const choice = h('div', { class: 'views no-print', role: 'group', 'aria-label': audit('views') });
    const show = (/** @type {boolean} */ isChosen) => {
      isToday = isChosen;
      const cover = [aboutFile(told.maker), inputs(told.files, contentOf(bundle), bundle, digest), checkFile(bundle)];
      const compare = () => examine(sources, { at }, 'both');
      if (isToday) draw(now, [], { cover, compare });
      else draw(then, [], { cover, isRecorded: true, above: recorderNote(told) });
      for (const [place, one] of [...choice.children].entries()) {
        one.setAttribute('aria-pressed', String((place === 1) === isToday));
      }
      document.documentElement.setAttribute('data-view', isToday ? 'today' : 'recorded');
    };
    choice.append(
      button(audit('view-recorded', { date: told.at.slice(0, 10) }), () => show(false), { id: 'view-recorded' }),
      button(audit('view-today', { date: at.slice(0, 10) }), () => show(true), { id: 'view-today' }),
    );
    const outcome = told.same ? 'same' : told.otherVerifier ? 'other-verifier' : 'different';
    put(h('div', {}, standing(outcome, told), todayNote(then, now, at), choice), [view]);
    show(isToday);
  });
}

/**
 * @param {Examination} examination
 * @param {Source[]} own
 * @param {import('../elements/evidence-report.js').Origin} origin
 */
function draw(examination, own, origin) {
  const shown = view.show(examination, own, origin);
  const words = shown.kind === 'report' ? sentencesOf(shown.report).headline().short : ui('no-answer-title');
  document.title = visible(`${words} · ${audit('title')}`);
}

/** Why the verifier does not run. */
function stopped() {
  return audit(typeof WebAssembly === 'undefined' ? 'stopped.off' : 'stopped.damaged');
}

/** The verifier does not run: what was recorded is shown as somebody's word. @param {Uint8Array<ArrayBuffer>} bundle */
async function showUnchecked(bundle) {
  const content = contentOf(bundle);
  const report = content && drawable(content.report);
  if (!content || !report) {
    showUnreadable(() => audit('unreadable.content'));
    return;
  }
  const files = content.files.map(({ name, bytes }) => ({ name, len: bytes.length, sha256: null }));
  const digest = await digestOf(bundle);
  try {
    card.draw(report, { told: 'unchecked' });
  } catch {
    // Nobody checked that what is called a report can be drawn.
    showUnreadable(() => audit('unreadable.content'));
    return;
  }
  present(() => {
    card.draw(report, { told: 'unchecked' });
    put(standing('unchecked', null, stopped()), [card, inputs(files, content, bundle, digest), checkFile(bundle)]);
    document.title = visible(`${audit('unchecked.short')} · ${audit('title')}`);
  });
}

/** @param {() => string} message */
function showUnreadable(message) {
  present(() => {
    put(standing('unreadable', null, message()), []);
    document.title = visible(`${audit('unreadable.short')} · ${audit('title')}`);
  });
}

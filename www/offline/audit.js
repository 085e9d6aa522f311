/**
 * A file of its own: the verifier with its words, and one bundle or none. It makes the bundle's report
 * again, says whether that is the recorded one, and draws it. It asks nobody for anything.
 *
 * @import { Examination, Request, Source } from '../page.d.ts'
 */

import { button, h, visible } from '../dom.js';
import { AnswerCard } from '../elements/answer-card.js';
import { EvidenceIntake, rfc3339 } from '../elements/evidence-intake.js';
import { EvidenceReport } from '../elements/evidence-report.js';
import { drawable } from '../drawable.js';
import { answerForPaper } from '../paper.js';
import { sentencesOf } from '../phrases.js';
import { has, say, ui, useWording, wordingLanguage } from '../wording.js';
import { aboutFile, checkFile, inputs } from './about.js';
import { blockText, unpacked } from './blocks.js';
import { contentOf, embedded } from './bundle.js';
import { markPaper } from './paper-hash.js';
import { bundled, examine, ownFile, policies, recorded, refused, start } from './program.js';
import { audit, recorderNote, standing, todayNote } from './standing.js';

const view = new EvidenceReport();
const card = new AnswerCard();
const intake = new EvidenceIntake(ownFile);
const fileButton = button('', () => showIntake(place('intake').hidden !== false), {
  id: 'open-intake',
  'aria-expanded': 'false',
  'aria-controls': 'intake',
});

/** @type {Source[]} what the reader handed in */
let sources = [];

/** Counts what was begun: an answer to something before that is not drawn. */
let turn = 0;

await begin();

async function begin() {
  const languages = [...document.querySelectorAll('script.wording')];
  try {
    await speak(languages, preferred(languages));
  } catch {
    // Without its words the file can say what it is in the words of its markup alone.
    showUnpacked();
    return;
  }
  fileButton.textContent = ui('i-have-a-file');
  place('bar').append(fileButton);
  place('problems').append(intake.problem);
  place('intake').append(intake);
  answerForPaper(view);
  const isRunning = await unpacked(blockText('verifier')).then(start, () => false);
  intake.policies = policies();
  listen();
  const bundle = embedded();
  if (bundle === null) showStart(isRunning);
  else if (bundle === 'broken') showUnreadable(audit('unreadable.letters'));
  else if (isRunning) await showRecording(bundle);
  else showUnchecked(bundle);
  place('waiting').hidden = true;
}

/**
 * The language of the reader's browser, where this file has it.
 *
 * @param {Element[]} languages
 */
function preferred(languages) {
  const own = languages.map((block) => block.getAttribute('data-language') ?? '');
  return navigator.languages.map((tag) => tag.split('-')[0] ?? '').find((tag) => own.includes(tag)) ?? 'en';
}

/**
 * @param {Element[]} languages
 * @param {string} language
 */
async function speak(languages, language) {
  const block = languages.find((one) => one.getAttribute('data-language') === language);
  const words = new TextDecoder().decode(await unpacked(block?.textContent ?? ''));
  useWording(JSON.parse(words));
  document.documentElement.lang = language;
  document.documentElement.dir = wordingLanguage().dir;
  for (const element of document.querySelectorAll('[data-ui]')) {
    const path = (element.getAttribute('data-ui') ?? '').split('/');
    if (has(path)) element.textContent = say(path);
  }
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
    put(standing('no-verifier', null, stopped()), []);
    return;
  }
  place('start').hidden = false;
  const about = place('about');
  about.replaceChildren(aboutFile(null), checkFile(null));
  about.hidden = false;
  showIntake(true);
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
    showRecording(new Uint8Array(first.bytes));
    return;
  }
  const { policy, artifact } = intake;
  const options = { at: at ?? rfc3339(new Date()), ...(policy ? { policy } : {}), ...(artifact ? { artifact } : {}) };
  turn += 1;
  const mine = turn;
  view.clear(ui('checking'));
  const own = sources;
  const examination = await examine(own, options);
  if (turn !== mine) return;
  const bundle = embedded();
  const back =
    bundle instanceof Uint8Array
      ? h('p', { class: 'no-print' }, button(audit('back'), () => showRecording(bundle), { id: 'back', class: 'quiet' }))
      : null;
  put(h('div', {}, standing('own-files'), back), [view]);
  const keep =
    examination.kind === 'report' ? () => bundled(own, examination.options, examination.json) : null;
  const compare = examination.kind === 'report' ? () => examine(own, examination.options, 'both') : null;
  draw(examination, own, { keep, compare });
  view.focusAnswer();
}

/**
 * Makes the report of a bundle again.
 *
 * @param {Uint8Array<ArrayBuffer>} bundle
 */
async function showRecording(bundle) {
  turn += 1;
  const mine = turn;
  /** @type {Awaited<ReturnType<typeof recorded>>} */
  let made;
  try {
    made = await recorded(bundle);
  } catch (error) {
    if (turn !== mine) return;
    const why = refused(error);
    showUnreadable(why.kind === 'unreadable' ? why.message : ui(`${why.reason}.sentence`));
    return;
  }
  const { told, signatures } = made;
  const report = drawable(told.report);
  if (!report) {
    showUnreadable(ui('not-a-report.sentence'));
    return;
  }
  const at = rfc3339(new Date());
  const now = await examine([{ name: audit('bundle-name'), bytes: bundle }], { at });
  if (turn !== mine) return;
  // Files that the reader adds stand beside the bundle.
  sources = [{ name: audit('bundle-name'), bytes: bundle }];
  /** @type {Examination} */
  const then = { kind: 'report', report, json: told.report, further: [], recorded: null, options: { at: told.at }, signatures };
  const outcome = told.same ? 'same' : told.otherVerifier ? 'other-verifier' : 'different';
  const choice = h('div', { class: 'views no-print', role: 'group', 'aria-label': audit('views') });
  const head = h('div', {}, standing(outcome, told), todayNote(then, now, at), choice);
  /** @param {boolean} isToday */
  const show = (isToday) => {
    const cover = [aboutFile(told.maker), inputs(told.files, contentOf(bundle), bundle), checkFile(bundle)];
    const shown = isToday ? now : then;
    const compare = () => examine(sources, { at }, 'both');
    draw(shown, [], isToday ? { cover, compare } : { cover, isRecorded: true, above: recorderNote(told) });
    for (const [place, one] of [...choice.children].entries()) {
      one.setAttribute('aria-pressed', String((place === 1) === isToday));
    }
    document.documentElement.setAttribute('data-view', isToday ? 'today' : 'recorded');
  };
  choice.append(
    button(audit('view-recorded', { date: told.at.slice(0, 10) }), () => show(false), { id: 'view-recorded' }),
    button(audit('view-today', { date: at.slice(0, 10) }), () => show(true), { id: 'view-today' }),
  );
  put(head, [view]);
  show(false);
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
  markPaper(shown.kind === 'report' ? shown.json : null);
}

/** Why the verifier does not run. */
function stopped() {
  return audit(typeof WebAssembly === 'undefined' ? 'stopped.off' : 'stopped.damaged');
}

/** The verifier does not run: what was recorded is shown as somebody's word. @param {Uint8Array<ArrayBuffer>} bundle */
function showUnchecked(bundle) {
  const content = contentOf(bundle);
  const report = content && drawable(content.report);
  if (!content || !report) {
    showUnreadable(audit('unreadable.content'));
    return;
  }
  const files = content.files.map(({ name, bytes }) => ({ name, len: bytes.length, sha256: null }));
  try {
    card.draw(report, { told: 'unchecked' });
  } catch {
    // Nobody checked that what is called a report can be drawn.
    showUnreadable(audit('unreadable.content'));
    return;
  }
  put(standing('unchecked', null, stopped()), [card, inputs(files, content, bundle), checkFile(bundle)]);
  document.title = visible(`${audit('unchecked.short')} · ${audit('title')}`);
}

/** @param {string} message */
function showUnreadable(message) {
  put(standing('unreadable', null, message), []);
  document.title = visible(`${audit('unreadable.short')} · ${audit('title')}`);
}

/** The browser cannot unpack this file: its markup says so, and the recording is shown as text. */
function showUnpacked() {
  place('unpacked').hidden = false;
  const bundle = embedded();
  const content = bundle === null || bundle === 'broken' ? null : contentOf(bundle);
  place('recorded-part').hidden = content === null;
  place('recorded-text').textContent = content ? visible(content.report) : '';
}

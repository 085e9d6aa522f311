/**
 * The page: takes what a reader hands in or what the services that the reader names answer, has
 * the verifier examine it, and shows the report.
 *
 * @import { Examination, FurtherInquiry, Inquiry, Request, SessionHandle, Source, VerifyOptions } from './page.d.ts'
 */

import { auditFile } from './audit-file.js';
import { BUILD, DEMONSTRATION, RECORDED } from './demonstrations.js';
import { button, evidenceWords, visible } from './dom.js';
import { EarlyFiles } from './early-files.js';
import { AboutPage } from './elements/about-page.js';
import { EvidenceIntake, rfc3339 } from './elements/evidence-intake.js';
import { EvidenceReport } from './elements/evidence-report.js';
import { historyNote } from './elements/history-note.js';
import { LanguageChoice, preferredLanguage, speak } from './elements/language-choice.js';
import { ServiceInquiry, tell } from './elements/service-inquiry.js';
import { answerForPaper } from './paper.js';
import { hostOf, sentencesOf } from './phrases.js';
import { place, Stage } from './stage.js';
import { asRecorded, ask, begin, bundled, examine, learn, loadVerifier, ownFile, policies, subjects } from './verifier.js';
import { ui, wordingLanguage } from './wording.js';

/** @type {Source[]} */
let sources = [];

/** @type {SessionHandle | null} the session of this page that the sources came from */
let session = null;

/** Whether the first question of that session met a host that a page may not read. */
let isUnread = false;

/** @type {{ policy: string, artifact: string } | null} what the sources are held against where the page asks about itself */
let heldAgainst = null;

/** Counts what the reader started, so that what was started before shows nothing any more. */
let turn = 0;

/** @type {AbortController | null} what is being examined now */
let running = null;

/** @type {Examination | null} the answer as of now that stands */
let standing = null;

const early = new EarlyFiles();

const verifier = loadVerifier();
let isLoaded = false;
await speak(preferredLanguage());

const inquiry = new ServiceInquiry();
const intake = new EvidenceIntake(ownFile);
const view = new EvidenceReport();
const stage = new Stage(view);
const handIn = place('intake');
const language = new LanguageChoice();
const fileButton = button(() => ui('i-have-a-file'), () => showIntake(handIn.hidden !== false), {
  id: 'open-intake',
  'aria-expanded': 'false',
  'aria-controls': 'intake',
});
place('bar').append(inquiry, fileButton, language);
place('problems').append(intake.problem);
place('known').append(inquiry.known);
place('demonstrations').append(
  button(() => ui('demonstration'), () => showOwn(DEMONSTRATION), { id: 'demonstration' }),
  button(() => ui('demonstration-build'), () => showOwn(BUILD), { id: 'demonstration-build', class: 'quiet' }),
);
place('plan').append(inquiry.plan);
place('about').append(new AboutPage(showRelease));
handIn.append(intake);
handIn.addEventListener('keydown', ({ key }) => {
  if (key !== 'Escape') return;
  showIntake(false);
  fileButton.focus();
});

intake.addEventListener('request', (event) => {
  const request = /** @type {CustomEvent<Request>} */ (event).detail;
  turn += 1;
  heldAgainst = null;
  if (request.sources.length > 0) {
    take(request.sources, null);
    intake.releasePolicy();
  }
  check(request.at, request.byReader);
});
intake.addEventListener('changed', () => {
  turn += 1;
  if (sources.length > 0) clear(() => ui('options-changed'));
});
language.addEventListener('language', (event) => {
  change(/** @type {CustomEvent<{ tag: string }>} */ (event).detail.tag);
});
inquiry.addEventListener('recorded', () => showOwn(RECORDED));
inquiry.addEventListener('proposed', () => showIntake(false));
inquiry.addEventListener('inquire', (event) => {
  carryOut(/** @type {CustomEvent<Inquiry>} */ (event).detail);
});
view.addEventListener('recorded', () => showOwn(RECORDED));
view.addEventListener('turn', (event) => {
  turnTo(/** @type {CustomEvent<{ which: 'now' | 'recorded' }>} */ (event).detail.which);
});
view.addEventListener('ask-further', (event) => {
  askFurther(/** @type {CustomEvent<FurtherInquiry>} */ (event).detail);
});
view.addEventListener('add-files', async (event) => {
  const detail = /** @type {CustomEvent<{ files: File[], problem: HTMLElement }>} */ (event).detail;
  const before = turn;
  const added = await intake.read(detail.files, detail.problem);
  if (!added || turn !== before) return;
  sources = [...sources, ...added];
  intake.again();
});
view.addEventListener('remove-file', (event) => {
  const { place } = /** @type {CustomEvent<{ place: number }>} */ (event).detail;
  const removed = sources[place];
  sources = sources.filter((source) => source !== removed);
  if (place === 0) session = null;
  if (sources.length > 0) {
    intake.again();
  } else {
    turn += 1;
    showStart();
  }
});
view.addEventListener('choose-policy', (event) => {
  const { policy } = /** @type {CustomEvent<{ policy: string }>} */ (event).detail;
  intake.choosePolicy(policy);
  intake.again();
});
answerForPaper(view);
const dropped = early.taken();
showStart();
const taken = dropped.length > 0 ? verifier.then(() => intake.take(dropped)) : null;

await Promise.all([verifier, taken]);
isLoaded = true;
if (!(await verifier)) show({ kind: 'unknown', reason: 'no-verifier' }, false);
else if (sources.length > 0) intake.again();
await learn();
intake.policies = policies();
inquiry.ready();
addEventListener('hashchange', () => {
  change(preferredLanguage());
  fill();
});
fill();

/**
 * Says everything that stands in another language. Nothing is asked and nothing is examined again.
 *
 * @param {string} tag
 */
async function change(tag) {
  if (tag === wordingLanguage().tag) return;
  await speak(tag);
  language.shows();
  stage.retell();
}

/** Fills in what the address of the page names. Nothing is sent by that. */
function fill() {
  const named = new URLSearchParams(location.hash.slice(1));
  const [service, policy] = [named.get('service'), named.get('policy')];
  if (policy && intake.hasPolicy(policy)) intake.choosePolicy(policy);
  if (service) inquiry.propose(service);
}

/** @param {boolean} isShown */
function showIntake(isShown) {
  handIn.hidden = !isShown;
  fileButton.setAttribute('aria-expanded', String(isShown));
}

/** There is no question. */
function showStart() {
  running?.abort();
  stage.showStart();
}

/**
 * Takes down the answer that stands: it is not about what is being asked for now.
 *
 * @param {() => string} sentence
 */
function clear(sentence) {
  running?.abort();
  stage.clear(sentence);
}

/**
 * @param {Source[]} own
 * @param {SessionHandle | null} from
 */
function take(own, from) {
  if (!from) inquiry.clear();
  [sources, session, isUnread, heldAgainst] = [own, from, false, null];
}

/**
 * Examines the record of the release that this page says it is.
 *
 * @param {{ record: Uint8Array, policy: string, artifact: string }} held
 */
function showRelease({ record, policy, artifact }) {
  turn += 1;
  take([{ name: 'release.intoto.jsonl', bytes: record }], null);
  heldAgainst = { policy, artifact };
  check(null, true);
}

/**
 * Examines what comes with the page.
 *
 * @param {import('./demonstrations.js').Own} own
 */
async function showOwn({ read, policy }) {
  turn += 1;
  const own = turn;
  clear(() => ui('checking'));
  const came = await read();
  if (turn !== own) return;
  if (!came) {
    show({ kind: 'unknown', reason: 'no-demonstration' }, true);
    return;
  }
  take(came, null);
  intake.choosePolicy(policy);
  check(null, true);
}

/**
 * Asks a service the first questions, one after another, and examines what came back.
 *
 * @param {Inquiry} inquiry
 */
async function carryOut({ session: own, list, signal, stop, done }) {
  turn += 1;
  running?.abort();
  const begun = turn;
  const host = () => hostOf(own.origin);
  let unread = false;
  // The old answer goes before anything is waited for.
  stage.progress(host, 'asking-it', 1, own.first.length + 1, stop);
  view.focusAnswer();
  await begin(rfc3339(new Date()));
  for (const [step, request] of own.first.entries()) {
    if (signal.aborted || turn !== begun) break;
    stage.progress(host, 'asking-it', step + 1, own.first.length + 1, stop);
    list.say(request, 'asking', () => ui('asking'));
    const asked = await ask(request, own, signal);
    tell(list, request, asked);
    // A host that did not answer is not asked again.
    if (asked.failed) {
      unread = asked.failed === 'cors-or-network';
      break;
    }
  }
  done();
  // The reader may have handed something else in by now.
  if (turn !== begun) return;
  if (!own.exchange) {
    show({ kind: 'unknown', reason: 'stopped-by-you' }, true);
    return;
  }
  take([{ name: own.origin, bytes: own.exchange }], own);
  isUnread = unread;
  intake.releasePolicy();
  check(null, true);
}

/**
 * Asks whom the reader allowed, and examines again with what came back.
 *
 * @param {FurtherInquiry} inquiry
 */
async function askFurther({ requests, list, signal, done }) {
  // The report that the questions are of stays until they ended.
  stage.hold();
  const own = session;
  const before = turn;
  /** @type {Set<string>} */
  const silent = new Set();
  /** @type {Source[]} */
  const came = [];
  for (const request of requests) {
    if (signal.aborted || turn !== before) break;
    if (silent.has(request.host)) continue;
    list.say(request, 'asking', () => ui('asking'));
    const asked = await ask(request, own, signal);
    if (asked.failed) silent.add(request.host);
    if (asked.status === 200) {
      came.push({ name: request.url, bytes: asked.file, url: request.url });
    }
    tell(list, request, asked);
  }
  done();
  stage.release();
  // The reader may have handed something else in by now.
  if (came.length === 0 || turn !== before) return;
  const [first, ...others] = sources;
  const bytes = own?.exchange;
  sources = bytes && first ? [{ ...first, bytes }, ...others] : [...sources, ...came];
  intake.again();
}

/**
 * Examines the sources; before the verifier is there they are kept until it is.
 *
 * @param {string | null} at
 * @param {boolean} byReader
 */
async function check(at, byReader) {
  if (!isLoaded || sources.length === 0) {
    if (isLoaded) showStart();
    else clear(() => ui('checking'));
    return;
  }
  running?.abort();
  const own = new AbortController();
  running = own;
  const steps = (session?.first.length ?? 0) + 1;
  const [first] = sources;
  const origin = session?.origin ?? null;
  const host = () => (origin === null ? evidenceWords(first?.name ?? '') : hostOf(origin));
  const mine = turn;
  stage.progress(host, 'checking-it', steps, steps, () => own.abort());
  const { policy, artifact } = heldAgainst ?? intake;
  const options = { at: at ?? rfc3339(new Date()), policy, artifact, asked: session?.asked ?? null };
  const examination = await examine(sources, options, own.signal);
  if (turn !== mine || running !== own) return;
  running = null;
  show(examination, byReader);
}

/**
 * @param {Examination} examination
 * @param {boolean} byReader
 */
function show(examination, byReader) {
  standing = examination;
  const kept = session && sources[0] ? sources[0] : null;
  const unread = session && isUnread ? { origin: session.origin, isRecorded: isRecorded(session.origin) } : null;
  const own = sources;
  const service = session?.origin ?? null;
  const seen = examination.kind === 'report' ? examination.seen : null;
  const keep =
    examination.kind === 'report' ? () => bundled(own, examination.options, examination.json) : null;
  const compare = examination.kind === 'report' ? () => withBoth(own, examination.options) : null;
  stage.show(() => {
    const note = service && seen ? historyNote(service, seen) : null;
    const shown = view.show(examination, own, { kept, unread, keep, note, auditFile, compare });
    if (shown.kind === 'report') return visible(sentencesOf(shown.report).headline().short);
    const [first] = own;
    return `${visible(ui('no-answer-title'))}${first ? `: ${evidenceWords(first.name)}` : ''}`;
  });
  if (!byReader) return;
  showIntake(false);
  view.focusAnswer();
}

/**
 * Examines the same again, with both engines.
 *
 * @param {Source[]} own
 * @param {VerifyOptions} options
 */
function withBoth(own, options) {
  const all = { policy: null, artifact: null, asked: null, ...options };
  return examine(own, all, new AbortController().signal, 'both');
}

/**
 * Shows the report of a bundle as recorded, or the one as of now.
 *
 * @param {'now' | 'recorded'} which
 */
function turnTo(which) {
  if (standing?.kind !== 'report' || !standing.recorded || 'failed' in standing.recorded) return;
  if (which === 'now') {
    show(standing, true);
    return;
  }
  const [examination, own] = [asRecorded(standing.recorded), sources];
  stage.show(() => {
    view.show(examination, own, { isRecorded: true });
    return visible(ui('bundle-show-recorded'));
  });
  if (examination.kind === 'report') view.focusAnswer();
}

/** @param {string} origin */
function isRecorded(origin) {
  return subjects().some((subject) => subject.id === RECORDED.service && subject.origin === origin);
}

/**
 * The page: takes what a reader hands in or what the services that the reader names answer, has
 * the verifier examine it, and shows the report.
 *
 * @import { Examination, FurtherInquiry, Inquiry, Request, SessionHandle, Source } from './report.d.ts'
 */

import { evidenceWords, visible } from './dom.js';
import { EvidenceIntake, rfc3339 } from './elements/evidence-intake.js';
import { EvidenceReport } from './elements/evidence-report.js';
import { HexView } from './elements/hex-view.js';
import { ServiceInquiry, tell } from './elements/service-inquiry.js';
import { sentencesOf } from './phrases.js';
import { ask, examine, loadVerifier, policies } from './verifier.js';
import { has, loadWording, ui } from './wording.js';

/** The policies under which simulated roots count; no real evidence passes them. */
const DEMONSTRATION_POLICY = 'simulated';
const BUILD_POLICY = 'simulated-build';

/** @type {Source[]} */
let sources = [];

/** @type {SessionHandle | null} the session of this page that the sources came from */
let session = null;

/** Counts what the reader started, so that what was started before shows nothing any more. */
let turn = 0;

/** @type {File[]} files that were dropped before the page could take them */
const early = [];
document.addEventListener('dragover', keepEarly);
document.addEventListener('drop', keepEarly);

const demonstration = file('./demo/bundle.json');
const verifier = loadVerifier();
let isLoaded = false;
await loadWording(new URL('./locales/en.json', import.meta.url));

for (const element of document.querySelectorAll('[data-ui]')) {
  const key = element.getAttribute('data-ui') ?? '';
  if (has(['ui', key])) element.textContent = ui(key);
}

const inquiry = new ServiceInquiry();
const intake = new EvidenceIntake();
const view = new EvidenceReport();
document.getElementById('intake')?.append(inquiry, intake);
document.getElementById('result')?.replaceChildren(view);
clear(ui('checking'));

intake.addEventListener('request', (event) => {
  const request = /** @type {CustomEvent<Request>} */ (event).detail;
  turn += 1;
  if (request.sources.length > 0) {
    sources = request.sources;
    session = null;
    intake.releasePolicy();
  }
  check(request.at, request.byReader);
});
intake.addEventListener('changed', () => {
  turn += 1;
  clear(ui('options-changed'));
});
intake.addEventListener('demonstration', (event) => {
  const { name } = /** @type {CustomEvent<{ name: string }>} */ (event).detail;
  if (name === 'build') showBuild();
  else showDemonstration(true);
});
inquiry.addEventListener('recorded', () => showRecorded());
inquiry.addEventListener('inquire', (event) => {
  carryOut(/** @type {CustomEvent<Inquiry>} */ (event).detail);
});
view.addEventListener('ask-further', (event) => {
  askFurther(/** @type {CustomEvent<FurtherInquiry>} */ (event).detail);
});
view.addEventListener('add-files', async (event) => {
  const { files } = /** @type {CustomEvent<{ files: File[] }>} */ (event).detail;
  const before = turn;
  const added = await intake.read(files);
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
    clear(ui('nothing-yet'));
  }
});
view.addEventListener('choose-policy', (event) => {
  const { policy } = /** @type {CustomEvent<{ policy: string }>} */ (event).detail;
  intake.choosePolicy(policy);
  intake.again();
});
addEventListener('beforeprint', openEverything);
addEventListener('afterprint', closeAgain);
document.removeEventListener('dragover', keepEarly);
document.removeEventListener('drop', keepEarly);
const taken = early.length > 0 ? intake.take(early) : null;

await Promise.all([verifier, taken]);
isLoaded = true;
intake.policies = policies();
inquiry.ready();
// What the reader handed in by now comes before the demonstration.
if (sources.length > 0) intake.again();
else if (turn === 0) await showDemonstration(false);

/**
 * Keeps what is dropped before the page can take it; without this the browser would leave the page
 * and open the file.
 *
 * @param {DragEvent} event
 */
function keepEarly(event) {
  event.preventDefault();
  if (event.type === 'drop') early.push(...(event.dataTransfer?.files ?? []));
}

/**
 * Takes down the answer that stands: it is not about what is being asked for now.
 *
 * @param {string} sentence
 */
function clear(sentence) {
  view.clear(sentence);
  document.title = visible(`${sentence.replace(/\.$/, '')} · ${ui('name')}`);
}

/**
 * Examines the built-in demonstration.
 *
 * @param {boolean} byReader whether the reader asked for it
 */
async function showDemonstration(byReader) {
  const bytes = await begun(demonstration, byReader);
  if (bytes === undefined) return;
  if (!bytes) {
    const reason = (await verifier) ? 'no-demonstration' : 'no-verifier';
    show({ kind: 'unknown', reason }, byReader);
    return;
  }
  sources = [{ name: ui('demonstration-name'), bytes }];
  session = null;
  intake.choosePolicy(DEMONSTRATION_POLICY);
  check(null, byReader);
}

/** Examines the demonstration of a build: a container of the repository that this page is from. */
async function showBuild() {
  const files = await begun(readBuild(), true);
  if (files === undefined) return;
  if (!files) {
    show({ kind: 'unknown', reason: 'no-demonstration' }, true);
    return;
  }
  sources = files;
  session = null;
  intake.choosePolicy(BUILD_POLICY);
  check(null, true);
}

/** Examines what was recorded of Darkbloom's coordinator. */
async function showRecorded() {
  const bytes = await begun(file('./examples/darkbloom-2026-05-10.json'), true);
  if (bytes === undefined) return;
  if (!bytes) {
    show({ kind: 'unknown', reason: 'no-demonstration' }, true);
    return;
  }
  sources = [{ name: ui('recorded'), bytes }];
  session = null;
  intake.choosePolicy(null);
  check(null, true);
}

/**
 * What comes of `work`, or `undefined` when the reader started something else meanwhile.
 *
 * @template T
 * @param {Promise<T>} work
 * @param {boolean} byReader
 * @returns {Promise<T | undefined>}
 */
async function begun(work, byReader) {
  if (byReader) {
    turn += 1;
    clear(ui('checking'));
  }
  const own = turn;
  const came = await work;
  return turn === own ? came : undefined;
}

/**
 * Asks a service the first questions, one after another, and examines what came back.
 *
 * @param {Inquiry} inquiry
 */
async function carryOut({ session: own, list, signal, done }) {
  turn += 1;
  const begun = turn;
  clear(ui('asking-service', { host: own.origin }));
  own.begin(rfc3339(new Date()));
  for (const request of own.first) {
    if (signal.aborted || turn !== begun) break;
    list.say(request, 'asking', ui('asking'));
    const asked = await ask(request, signal);
    own.record(request, asked);
    tell(list, request, told(asked));
    // A host that did not answer is not asked again.
    if (asked.failed) break;
  }
  done();
  // The reader may have handed something else in by now.
  if (turn !== begun) return;
  session = own;
  sources = [{ name: own.origin, bytes: own.exchange() }];
  intake.releasePolicy();
  check(null, true);
}

/**
 * Asks whom the reader allowed, and examines again with what came back.
 *
 * @param {FurtherInquiry} inquiry
 */
async function askFurther({ requests, list, signal, done }) {
  const own = session;
  const before = turn;
  /** @type {Set<string>} */
  const silent = new Set();
  /** @type {Source[]} */
  const came = [];
  for (const request of requests) {
    if (signal.aborted || turn !== before) break;
    if (silent.has(request.host)) continue;
    list.say(request, 'asking', ui('asking'));
    const asked = await ask(request, signal);
    if (asked.failed) silent.add(request.host);
    own?.record(request, asked);
    if (asked.status === 200) {
      came.push({ name: request.url, bytes: asked.file, url: request.url });
    }
    tell(list, request, told(asked));
  }
  done();
  // The reader may have handed something else in by now.
  if (came.length === 0 || turn !== before) return;
  const [first, ...others] = sources;
  sources = own && first ? [{ ...first, bytes: own.exchange() }, ...others] : [...sources, ...came];
  intake.again();
}

/** @param {import('./report.d.ts').Asked} asked */
function told({ failed, file, status }) {
  return { failed, status, length: file.length };
}

/**
 * Examines the sources; before the verifier is there they are kept until it is.
 *
 * @param {string | null} at
 * @param {boolean} byReader
 */
function check(at, byReader) {
  if (!isLoaded || sources.length === 0) {
    clear(ui(isLoaded ? 'nothing-yet' : 'checking'));
    return;
  }
  const { policy, artifact } = intake;
  const asked = session?.asked() ?? null;
  const options = { at: at ?? rfc3339(new Date()), policy, artifact, asked };
  show(examine(sources, options), byReader);
}

/**
 * @param {Examination} examination
 * @param {boolean} byReader
 */
function show(examination, byReader) {
  const kept = session && sources[0] ? sources[0] : null;
  const shown = view.show(examination, sources, kept);
  if (shown.kind === 'report') {
    document.title = visible(`${sentencesOf(shown.report).headline().short} · ${ui('name')}`);
  } else {
    const name = sources[0] ? `: ${evidenceWords(sources[0].name)}` : '';
    document.title = `${visible(ui('no-answer-title'))}${name} · ${visible(ui('name'))}`;
  }
  if (byReader) view.focusAnswer();
}

/**
 * A file of the page.
 *
 * @param {string} path
 * @returns {Promise<Uint8Array | null>} the bytes, or `null` when there are none to be had.
 */
async function file(path) {
  try {
    const response = await fetch(new URL(path, import.meta.url));
    return response.ok ? new Uint8Array(await response.arrayBuffer()) : null;
  } catch {
    return null;
  }
}

/** @returns {Promise<Source[] | null>} the bundle and the files beside it. */
async function readBuild() {
  const folder = new URL('./demo/build/', import.meta.url);
  try {
    const list = await fetch(new URL('files.json', folder));
    /** @type {string[]} */
    const names = list.ok ? await list.json() : [];
    const files = names.map(async (name) => {
      const response = await fetch(new URL(name, folder));
      if (!response.ok) throw new TypeError(name);
      return { name, bytes: new Uint8Array(await response.arrayBuffer()) };
    });
    return names.length > 0 ? await Promise.all(files) : null;
  } catch {
    return null;
  }
}

/** Paper cannot be clicked. */
function openEverything() {
  for (const details of view.querySelectorAll('details:not([open])')) {
    details.setAttribute('data-opened-for-print', '');
    details.setAttribute('open', '');
  }
  for (const bytes of view.querySelectorAll('hex-view')) {
    if (bytes instanceof HexView) bytes.draw();
  }
}

function closeAgain() {
  for (const details of view.querySelectorAll('details[data-opened-for-print]')) {
    details.removeAttribute('data-opened-for-print');
    details.removeAttribute('open');
  }
}

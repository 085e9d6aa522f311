/**
 * The page: takes what a reader hands in or what the services that the reader names answer, has
 * the verifier examine it, and shows the report.
 *
 * @import { Examination, FurtherInquiry, Inquiry, Request, SessionHandle, Source } from './report.d.ts'
 */

import { visible } from './dom.js';
import { EvidenceIntake, rfc3339 } from './elements/evidence-intake.js';
import { EvidenceReport } from './elements/evidence-report.js';
import { HexView } from './elements/hex-view.js';
import { ServiceInquiry, tell } from './elements/service-inquiry.js';
import { stateName } from './phrases.js';
import { ask, examine, loadVerifier, policies } from './verifier.js';
import { has, loadWording, say, ui } from './wording.js';

/** The policies under which simulated roots count; no real evidence passes them. */
const DEMONSTRATION_POLICY = 'simulated';
const BUILD_POLICY = 'simulated-build';

/** @type {Source[]} */
let sources = [];

/** @type {SessionHandle | null} the session that the sources came from */
let session = null;

const demonstration = file('./demo/bundle.json');
const verifier = loadVerifier();
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
view.checking();

intake.addEventListener('request', (event) => {
  const request = /** @type {CustomEvent<Request>} */ (event).detail;
  const isNew = request.sources.length > 0;
  if (isNew) {
    sources = request.sources;
    session = null;
    intake.releasePolicy();
  }
  check(request.at, true);
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
  const added = await intake.read(files);
  if (!added) return;
  sources = [...sources, ...added];
  intake.again();
});
addEventListener('beforeprint', openEverything);
addEventListener('afterprint', closeAgain);

await verifier;
intake.policies = policies();
inquiry.ready();
await showDemonstration(false);

/**
 * Examines the built-in demonstration.
 *
 * @param {boolean} byReader whether the reader asked for it
 */
async function showDemonstration(byReader) {
  const bytes = await demonstration;
  if (!bytes) {
    const reason = (await verifier) ? 'no-demonstration' : 'no-verifier';
    show({ kind: 'unknown', reason }, ui('demonstration-name'), byReader);
    return;
  }
  sources = [{ name: ui('demonstration-name'), bytes }];
  session = null;
  intake.choosePolicy(DEMONSTRATION_POLICY);
  check(null, byReader);
}

/** Examines the demonstration of a build: a container of the repository that this page is from. */
async function showBuild() {
  const files = await readBuild();
  if (!files) {
    show({ kind: 'unknown', reason: 'no-demonstration' }, ui('demonstration-build-name'), true);
    return;
  }
  sources = files;
  session = null;
  intake.choosePolicy(BUILD_POLICY);
  check(null, true);
}

/** Examines what was recorded of Darkbloom's coordinator. */
async function showRecorded() {
  const bytes = await file('./examples/darkbloom-2026-05-10.json');
  if (!bytes) {
    show({ kind: 'unknown', reason: 'no-demonstration' }, ui('recorded'), true);
    return;
  }
  sources = [{ name: ui('recorded'), bytes }];
  session = null;
  intake.choosePolicy(null);
  check(null, true);
}

/**
 * Asks a service the first questions, one after another, and examines what came back.
 *
 * @param {Inquiry} inquiry
 */
async function carryOut({ session: own, list, signal, done }) {
  own.begin(rfc3339(new Date()));
  for (const request of own.first) {
    if (signal.aborted) break;
    list.say(request, 'asking', ui('asking'));
    const asked = await ask(request, signal);
    own.record(request, asked);
    tell(list, request, told(asked));
    // A host that did not answer is not asked again.
    if (asked.failed) break;
  }
  done();
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
  const before = sources;
  /** @type {Set<string>} */
  const silent = new Set();
  /** @type {Source[]} */
  const came = [];
  for (const request of requests) {
    if (signal.aborted) break;
    if (silent.has(request.host)) continue;
    list.say(request, 'asking', ui('asking'));
    const asked = await ask(request, signal);
    if (asked.failed) silent.add(request.host);
    own?.record(request, asked);
    if (asked.status === 200) came.push({ name: request.url, bytes: asked.file });
    tell(list, request, told(asked));
  }
  done();
  // The reader may have handed something else in by now.
  if (came.length === 0 || sources !== before) return;
  const [first, ...others] = sources;
  sources = own && first ? [{ ...first, bytes: own.exchange() }, ...others] : [...sources, ...came];
  intake.again();
}

/** @param {import('./report.d.ts').Asked} asked */
function told({ failed, file, status }) {
  return { failed, status, length: file.length };
}

/**
 * @param {string | null} at
 * @param {boolean} byReader
 */
function check(at, byReader) {
  const { policy, artifact } = intake;
  const options = { at: at ?? rfc3339(new Date()), policy, artifact };
  const { examination, name } = examine(sources, options);
  show(examination, name, byReader);
}

/**
 * @param {Examination} examination
 * @param {string} source
 * @param {boolean} byReader
 */
function show(examination, source, byReader) {
  const kept = session && sources[0] ? sources[0] : null;
  const shown = view.show(examination, source, kept);
  if (shown.kind === 'report') {
    const { simulated, subject, verdict } = shown.report;
    const mark = simulated ? `${say(['simulated', 'word'])} ` : '';
    const name = subject.name ?? source;
    document.title = visible(`${mark}${stateName(verdict.state)}: ${name} · ${ui('name')}`);
  } else {
    document.title = visible(`${stateName('unknown')}: ${source} · ${ui('name')}`);
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

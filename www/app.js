/**
 * The page: takes what a reader hands in, has the verifier examine it, and shows the report.
 *
 * @import { Examination, Request, Source } from './report.d.ts'
 */

import { visible } from './dom.js';
import { EvidenceIntake, rfc3339 } from './elements/evidence-intake.js';
import { EvidenceReport } from './elements/evidence-report.js';
import { HexView } from './elements/hex-view.js';
import { stateName } from './phrases.js';
import { examine, loadVerifier, policies } from './verifier.js';
import { has, loadWording, say, ui } from './wording.js';

/** The policies under which simulated roots count; no real evidence passes them. */
const DEMONSTRATION_POLICY = 'simulated';
const BUILD_POLICY = 'simulated-build';

/** @type {Source[]} */
let sources = [];

const demonstration = readDemonstration();
const verifier = loadVerifier();
await loadWording(new URL('./locales/en.json', import.meta.url));

for (const element of document.querySelectorAll('[data-ui]')) {
  const key = element.getAttribute('data-ui') ?? '';
  if (has(['ui', key])) element.textContent = ui(key);
}

const intake = new EvidenceIntake();
const view = new EvidenceReport();
document.getElementById('intake')?.append(intake);
document.getElementById('result')?.replaceChildren(view);
view.checking();

intake.addEventListener('request', (event) => {
  const request = /** @type {CustomEvent<Request>} */ (event).detail;
  const isNew = request.sources.length > 0;
  if (isNew) {
    sources = request.sources;
    const ofDemonstration = [DEMONSTRATION_POLICY, BUILD_POLICY].includes(request.policy ?? '');
    if (ofDemonstration) intake.choosePolicy(null);
  }
  check(request.at, true);
});
intake.addEventListener('demonstration', (event) => {
  const { name } = /** @type {CustomEvent<{ name: string }>} */ (event).detail;
  if (name === 'build') showBuild();
  else showDemonstration(true);
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
  intake.choosePolicy(BUILD_POLICY);
  check(null, true);
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
  const shown = view.show(examination, source);
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

/** @returns {Promise<Uint8Array | null>} the bytes, or `null` when there are none to be had. */
async function readDemonstration() {
  try {
    const response = await fetch(new URL('./demo/bundle.json', import.meta.url));
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

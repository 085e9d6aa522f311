/**
 * What this file is: who made the recording, how old the verifier's keys are, what is in it, and how a
 * reader checks it without believing it.
 */

import { copyButton, download, button, evidenceWords, h } from '../dom.js';
import { folded } from '../elements/report-actions.js';
import { DAY } from '../moments.js';
import { byteCount, hexElement, timeElement } from '../values.js';
import { sayAll, ui, uiForm } from '../wording.js';
import { blockText, made, unpacked } from './blocks.js';
import { audit } from './standing.js';

/** @param {{ version: string, sha256?: string } | null} maker whoever made the recording, as it says */
export function aboutFile(maker) {
  const copied = made.roots.find(({ kind }) => kind === 'key-list')?.until;
  const days = copied ? Math.max(0, Math.floor((Date.now() - Date.parse(copied)) / DAY)) : 0;
  return h(
    'section',
    { class: 'about-file', 'aria-labelledby': 'about-file-heading' },
    h('h2', { id: 'about-file-heading' }, audit('about')),
    h('p', { id: 'says' }, audit('says', { version: made.version })),
    h(
      'dl',
      { class: 'facts' },
      maker
        ? fact(audit('maker'), [
            audit('maker-version', { version: maker.version }),
            ' ',
            maker.sha256 ? hexElement(maker.sha256) : audit('maker-unknown'),
            h('p', { class: 'note' }, audit('maker-word')),
          ])
        : null,
      fact(audit('verifier'), [
        audit('maker-version', { version: made.version }),
        ' ',
        hexElement(made.wasm.sha256),
        maker?.sha256
          ? h('p', { class: 'note' }, audit(maker.sha256 === made.wasm.sha256 ? 'maker-same' : 'maker-other'))
          : null,
      ]),
      fact(audit('commit'), [made.commit === null ? audit('commit-none') : hexElement(made.commit)]),
      copied
        ? fact(audit('roots'), [audit('roots-copied'), ' ', timeElement(copied), '. ', audit(uiForm('roots-age', days), { count: days })])
        : null,
    ),
    h(
      'details',
      { class: 'roots' },
      h('summary', {}, audit('roots-all')),
      h(
        'ul',
        {},
        made.roots.map(({ kind, name, until, sha256 }) =>
          h(
            'li',
            {},
            h('span', { translate: 'no' }, name),
            until ? [`: ${audit(kind === 'key-list' ? 'root-copied' : 'root-until')} `, timeElement(until)] : null,
            ' ',
            hexElement(sha256),
          ),
        ),
      ),
    ),
  );
}

/**
 * @param {string} title
 * @param {Array<Node | string | null>} content
 */
function fact(title, content) {
  return h('div', {}, h('dt', {}, title), h('dd', {}, content));
}

/**
 * The files in the bundle, each to be taken out.
 *
 * @param {{ name: string, len: number, sha256: string | null, url?: string }[]} files
 * @param {{ files: { name: string, bytes: Uint8Array<ArrayBuffer> }[] } | null} content
 * @param {Uint8Array<ArrayBuffer>} bundle
 * @param {string | null} digest SHA-256 of the bundle as it is taken out
 */
export function inputs(files, content, bundle, digest) {
  return h(
    'section',
    { class: 'inputs', 'aria-labelledby': 'inputs-heading' },
    h('h2', { id: 'inputs-heading' }, audit('inputs')),
    h(
      'ol',
      { class: 'input-list' },
      files.map(({ name, len, sha256, url }, place) => {
        const words = evidenceWords(name);
        const bytes = content?.files[place]?.bytes;
        return h(
          'li',
          {},
          h('p', {}, h('span', { dir: 'auto', translate: 'no' }, words), ` · ${byteCount(len)}`),
          h('p', { class: 'basis' }, sha256 ? [`${ui('sha256')} `, hexElement(sha256)] : audit('not-hashed')),
          url ? h('p', { class: 'basis' }, `${audit('input-from')} `, h('code', { class: 'url', translate: 'no' }, url)) : null,
          bytes
            ? button(audit('extract'), () => download(fileName(name, place), bytes, 'application/octet-stream'), {
                class: 'quiet small no-print extract',
                'aria-label': audit('extract-named', { name: words }),
              })
            : null,
        );
      }),
    ),
    h(
      'div',
      { class: 'row no-print' },
      button(audit('extract-bundle'), () => download('audit.s2s.json', bundle, 'application/json'), {
        class: 'quiet',
        id: 'extract-bundle',
      }),
      digest ? h('span', { class: 'basis', id: 'bundle-sha256' }, `${ui('sha256')} `, hexElement(digest)) : null,
    ),
  );
}

/**
 * A name that a file system takes as it is.
 *
 * @param {string} name
 * @param {number} place
 */
function fileName(name, place) {
  const last = name.split(/[/\\]/).at(-1) ?? '';
  const plain = last.replaceAll(/[^A-Za-z0-9._-]+/g, '_').replace(/^[._]+/, '');
  return plain.slice(0, 80) || `file-${place + 1}.bin`;
}

/**
 * How a reader checks this file without believing what it shows.
 *
 * @param {Uint8Array<ArrayBuffer> | null} bundle
 */
export function checkFile(bundle) {
  const words = { copied: ui('copied'), failed: ui('copy-failed') };
  const steps = sayAll(['audit', bundle ? 'check-steps' : 'check-steps-empty']);
  const commands = bundle
    ? ['sha256sum FILE.html', 's2s verify audit.s2s.json', null, 's2s audit audit.s2s.json -o AGAIN.html']
    : ['sha256sum FILE.html', null];
  const section = folded('check-file', audit('check-file'), [
    h('p', {}, audit('check-file-sentence')),
    h(
      'ol',
      { class: 'steps' },
      steps.map((step, place) => {
        const command = commands[place];
        return h(
          'li',
          {},
          step,
          command ? [' ', h('code', { class: 'url', translate: 'no' }, command)] : [' ', hexElement(made.wasm.sha256)],
        );
      }),
    ),
    h(
      'div',
      { class: 'row no-print' },
      button(audit('extract-verifier'), () => extractVerifier(), { class: 'quiet', id: 'extract-verifier' }),
      copyButton(ui('copy-sha256'), made.wasm.sha256, words),
    ),
  ]);
  return section;
}

async function extractVerifier() {
  download('silicon_to_source_bg.wasm', await unpacked(blockText('verifier'), 'lzma'), 'application/wasm');
}

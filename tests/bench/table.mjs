/** The result as a page of docs. */

const KB = (bytes) => (bytes === 0 ? '' : `${Math.round(bytes / 1000).toLocaleString('en')}`);
const times = (row) => (row ? `${row.least} / ${row.median} / ${row.slow}` : '');

/** @param {string[]} head @param {(string | number)[][]} rows */
function table(head, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** @param {any} result */
export function page(result) {
  const { works, environments, ratios } = result;
  const parts = [
    '# Our verifier beside others',
    `Made by \`cargo site bench --write\` on ${result.date}, on ${result.machine}; Chromium ${environments.chromium.version}, Node ${environments.node.version}. Our verifier: ${result.verifier.version}, source ${result.verifier.source_sha256}. Engine for signatures: ${result.engine}. Evidence: ${result.evidence}.`,
    'Everything is from one run, side by side and by turns. A ratio is the quickest peer\'s time by ours: more than 1 means that ours is quicker. The least time of many calls is the best guess at an idle machine, so the first ratios are of the least times; the processor\'s time of the main thread does not depend on what else the machine does.',
    '## Ratios',
    table(['', ...works.map(({ name }) => name)], [
      ['Chromium, warm', ...works.map(({ id }) => said(ratios[id]))],
      ['Chromium, warm, of the medians', ...works.map(({ id }) => said(result.ratios_by_median[id]))],
      ['Chromium, processor of the main thread, median', ...works.map(({ id }) => said(result.ratios_cpu[id]))],
      ['Chromium, cold', ...works.map(({ id }) => said(result.ratios_cold[id]))],
      ['Node, warm', ...works.map(({ id }) => said(result.ratios_node[id]))],
      ...(result.ratios_native ? [['native, warm', ...works.map(({ id }) => said(result.ratios_native[id]))]] : []),
      ...(result.ratios_native_instructions ? [['native, instructions', ...works.map(({ id }) => said(result.ratios_native_instructions[id]))]] : []),
    ]),
    '## Times',
    'Milliseconds: least / median / what a tenth of the calls exceeded. Cold is a new browser or process: loading, compiling and the first answer. Memory: in Chromium what the page holds of JavaScript and wasm after ten calls; in Node the most the process ever held.',
    ...['chromium', 'node'].map((name) => timesOf(name, environments[name].found, works)),
    ...(environments.native ? [nativeOf(environments.native, works)] : []),
    '## Sizes',
    'KB, minified and bundled, as a page would load it. Ours covers every kind of evidence, each peer its own.',
    table(['library', 'JavaScript', 'brotli', 'wasm', 'brotli', 'all, brotli'], Object.entries(result.sizes).map(([name, size]) => [name, KB(size.js), KB(size.jsBrotli), KB(size.wasm), KB(size.wasmBrotli), KB(size.jsBrotli + size.wasmBrotli)])),
    ...(result.start ? [startOf(result.start)] : []),
    ...(result.growth ? [growthOf(result.growth)] : []),
    '## What each side does',
    ...works.map(({ id, name, about, at, checks }) => `### ${name}\nInput: ${about}, for ${at}.\n\n${Object.entries(checks).map(([side, words]) => `- **${side}**: ${words}`).join('\n')}`),
    `## Who the others are\n${Object.entries(result.peers).map(([name, version]) => `- \`${name}\` ${version}`).join('\n')}\n- crates \`dcap-qvl\` 0.7.1 and \`sev\` 8.0.0, natively`,
    ...(result.left_out.length > 0 ? [`## Left out\n${result.left_out.map((line) => `- ${line}`).join('\n')}`] : []),
  ];
  return `${parts.join('\n\n')}\n`;
}

const BEGIN = '<!-- bench: cargo site bench --write -->';
const END = '<!-- bench end -->';

/**
 * The README with these figures in it.
 *
 * @param {string} readme
 * @param {any} result
 */
export function quoted(readme, result) {
  const [before, rest] = readme.split(BEGIN);
  const after = rest?.split(END)[1];
  if (after === undefined) throw new Error('README.md has no place for the figures.');
  const { works, environments, start, ratios } = result;
  const list = works.map(({ id }) => `${id} ${said(ratios[id])}`).join(', ');
  const visit = start ? ` First answer painted: ${start.loopback.median} ms on loopback, ${start.slow.median} ms at 20 Mbit/s.` : '';
  const words = `${result.date}, ${result.machine}, Chromium ${environments.chromium.version.split('.')[0]}, warm, the quickest peer's time by ours: ${list}.${visit}`;
  return `${before}${BEGIN}\n${words}\n${END}${after}`;
}

const said = (ratio) => (ratio === null || ratio === undefined ? 'no peer' : ratio);

function timesOf(name, found, works) {
  const rows = works.flatMap(({ id, name: work }) => Object.entries(found[id]).map(([side, row]) => [work, side, times(row.warm), row.cpu?.median ?? '', times(row.cold), KB(row.memory)]));
  return `### ${name === 'node' ? 'Node' : 'Chromium'}\n${table(['work', 'side', 'warm', 'processor', 'cold', 'memory, KB'], rows)}`;
}

function nativeOf({ found, counted }, works) {
  const rows = works.flatMap(({ id, name }) => Object.entries(found[id] ?? {}).map(([side, row]) => [name, side, times(row.warm), row.instructions?.toLocaleString('en') ?? '']));
  const note = counted ? 'Instructions of one call are counted with valgrind: they do not depend on what else the machine does.' : 'Instructions are left out: valgrind is not installed.';
  return `### Native\n${note} Both sides are optimised alike, without link-time optimisation. The crate \`sev\` checks the signatures of the report and of its chain and nothing else.\n\n${table(['work', 'side', 'warm', 'instructions'], rows)}`;
}

function startOf(start) {
  return `## First visit\nFrom navigation to the painted answer card of the demonstration, with a cold profile: ${start.requests} requests, ${KB(start.bytes)} KB.\n\n${table(['', 'least / median / slow, ms'], [['loopback', times(start.loopback)], ['20 Mbit/s, 40 ms there and back', times(start.slow)]])}`;
}

function growthOf(growth) {
  const rows = growth.map(({ what, n, milliseconds, exponent }) => [what, n.toLocaleString('en'), milliseconds.join(' / '), exponent]);
  return `## Growth\nNative, milliseconds for n, 2n and 4n of what a stranger chooses. An exponent of 1 grows as the size does.\n\n${table(['what', 'n', 'milliseconds', 'exponent'], rows)}`;
}

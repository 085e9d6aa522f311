/**
 * Prints what the page says about reports: for each report of the file that is named, the headline,
 * every link and every finding. `tests/suite/wording.rs` compares it with what the terminal says.
 */

import { readFileSync } from 'node:fs';

import { nextWords, rowWords, subjectWords } from '../../www/answer-words.js';
import { Sentences } from '../../www/phrases.js';
import { loadWording } from '../../www/wording.js';

const wording = readFileSync(new URL('../../www/locales/en.json', import.meta.url), 'utf8');
await loadWording(new URL(`data:application/json,${encodeURIComponent(wording)}`));

const reports = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const said = reports.map((report) => {
  const sentences = new Sentences(report);
  const { short, sentence, card } = sentences.headline();
  return {
    short,
    sentence,
    card,
    rows: report.answer.rows.map((row) => rowWords(report, row)),
    next: nextWords(report),
    subject: subjectWords(report),
    itself: sentences.callsItself(),
    links: report.links.map((link) => sentences.link(link)),
    apart: report.links.map((link) => sentences.apart(link)),
    findings: report.links.flatMap((link) => link.findings.map((f) => sentences.finding(f))),
  };
});
process.stdout.write(JSON.stringify(said));

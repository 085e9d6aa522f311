/**
 * The six rows of the answer and the next step, in words. `src/wording/answer.rs` has the same rules
 * for the terminal; a test compares the two.
 *
 * @import { AnswerRow, Report } from './report.d.ts'
 */

import { evidenceWords, shortWords } from './dom.js';
import { COMMIT, hostOf, sentencesOf } from './phrases.js';
import { findingAdvice } from './titles.js';
import { has, say } from './wording.js';

/** The headlines of the two highest levels: only these are drawn as verified. */
export const HIGHEST = ['verified', 'verified-image'];

/**
 * What the answer is about: the address that was asked, the one that a recording names, or what kind of evidence
 * it is.
 *
 * @param {Report} report
 */
export function subjectWords({ headline, subject, recorded_at: at }) {
  if (headline.of !== null) return hostOf(headline.of);
  if (at && subject.name !== null) return say(['answer', 'recording'], { name: evidenceWords(subject.name) });
  return say(['kinds', subject.kind]);
}

/**
 * A row: its question, and its answer marked when nothing real is behind it.
 *
 * @param {Report} report
 * @param {AnswerRow} row
 */
export function rowWords(report, { id, reason, maker, source }) {
  const root = report.assurance.root_of_trust;
  const named = [['makers', root, maker ?? 'none'], ['makers', root, 'none']].find(has);
  const sentence = say(['answer', 'rows', id, reason], {
    maker: named ? say(named) : '',
    commit: source ? shortWords([...source.commit].slice(0, COMMIT).join('')) : '',
  });
  return {
    question: say(['answer', 'rows', id, 'question']),
    answer: report.simulated ? say(['simulated', 'sentence'], { sentence }) : sentence,
  };
}

/**
 * The next step, or `null`.
 *
 * @param {Report} report
 */
export function nextWords(report) {
  const { next } = report.answer;
  if (!next) return null;
  if (next.kind === 'file') {
    return say(['answer', 'next', 'file'], { what: say(['wanted', next.what]) });
  }
  const finding = sentencesOf(report).named(next.finding);
  return finding && findingAdvice(finding);
}

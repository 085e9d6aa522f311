/**
 * The sentences about a report: those of the page, by the same rules.
 *
 * @import { Explanation, Words } from './index.d.ts'
 * @import { Report } from '../report.d.ts'
 */

import { nextWords, rowWords } from '../answer-words.js';
import { sentencesOf } from '../phrases.js';
import {
  checkTitle,
  findingAdvice,
  level,
  linkTitle,
  meanings,
  outcomeWord,
  rootOfTrust,
  stateName,
} from '../titles.js';
import { useWording } from '../wording.js';

/**
 * @param {Report} report
 * @param {Words} words
 * @returns {Explanation}
 */
export function explained(report, words) {
  useWording(words);
  const sentences = sentencesOf(report);
  const root = report.assurance.root_of_trust;
  const findings = report.links.flatMap((link) =>
    link.findings.map((finding) => ({
      check: finding.check,
      part: finding.part ?? null,
      link: link.id,
      title: checkTitle(finding.check, finding.part),
      outcome: outcomeWord(finding),
      sentence: sentences.finding(finding),
      advice: findingAdvice(finding),
    })),
  );
  return {
    headline: sentences.headline(),
    rows: report.answer.rows.map((row) => ({
      id: row.id,
      state: row.state,
      link: row.link,
      ...rowWords(report, row),
    })),
    next: nextWords(report),
    callsItself: sentences.callsItself(),
    level: level(report),
    rootOfTrust: rootOfTrust(report),
    means: meanings('means', report),
    notMeans: meanings('not-means', report),
    links: report.links.map((link) => ({
      id: link.id,
      title: linkTitle(link.id, root),
      state: stateName(link.state),
      sentences: sentences.link(link),
      apart: sentences.apart(link),
    })),
    findings,
    advice: [...new Set(findings.map(({ advice }) => advice).filter((advice) => advice !== null))],
  };
}

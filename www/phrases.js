/**
 * The sentences for the parts of a report, looked up as `locales/README.md` says. There is one key
 * for each sentence, and evidence chooses none. `crates/s2s/src/wording` has the same rules for the terminal;
 * a test compares the two.
 *
 * @import { FindingRef, Link, LinkFinding, Report } from './report.d.ts'
 */

import { evidenceWords, shortWords } from './dom.js';
import { checkTitle, linkTitle } from './titles.js';
import { has, say, sayByRoot, ui } from './wording.js';

/** Digits of a commit that a headline shows. */
export const COMMIT = 12;

/** Headlines that have a sentence of their own on a card. */
const ON_CARD = ['verified', 'verified-image', 'real-machine', 'failed'];

/** The links of which a root vouches. */
const VOUCHED = ['hardware-root', 'chip', 'report', 'tcb'];

/** Outcomes that hold with a reservation, or that the policy lets pass. */
const NOTED = ['warn', 'allowed'];

/**
 * A report with its findings by check and by part: each is looked at once, however many there are.
 */
export class Sentences {
  /** @type {Map<string, LinkFinding[]>} */
  #byCheck = new Map();
  /** @type {Map<string, LinkFinding>} */
  #byRef = new Map();
  /** The checks of the links of which a root vouches. @type {Set<string>} */
  #vouched = new Set();

  /** @param {Report} report */
  constructor(report) {
    this.report = report;
    const vouched = report.links.filter(({ id }) => VOUCHED.includes(id));
    this.#vouched = new Set(vouched.flatMap(({ findings }) => findings.map(({ check }) => check)));
    for (const finding of report.links.flatMap((link) => link.findings)) {
      const own = this.#byCheck.get(finding.check);
      if (own) own.push(finding);
      else this.#byCheck.set(finding.check, [finding]);
      const key = refKey(finding);
      const known = this.#byRef.get(key);
      if (!known || weight(finding) > weight(known)) this.#byRef.set(key, finding);
    }
  }

  /**
   * The findings of a check.
   *
   * @param {string} check
   */
  findings(check) {
    return this.#byCheck.get(check) ?? [];
  }

  /**
   * The worst finding that is named.
   *
   * @param {FindingRef} named
   */
  named(named) {
    return this.#byRef.get(refKey(named)) ?? null;
  }

  /**
   * The sentences on a link as it stands: one for each check that carries it, then one for each
   * that tells more, and each says only what its check shows.
   *
   * @param {Link} link
   */
  link(link) {
    const root = this.report.assurance.root_of_trust;
    const sentences = () => {
      if (link.undermined_by) {
        return [say(['undermined'], { link: linkTitle(link.undermined_by, root) })];
      }
      if (!isHolding(link)) return [sayByRoot(['links', link.id, openKey(link)], root)];
      const said = [
        ...link.carried_by.map((check) => this.#shownBy(link.id, 'carried', check)),
        ...link.told_by.map((check) => this.#shownBy(link.id, 'told', check)),
      ];
      return said.filter((sentence, place) => sentence !== said[place - 1]);
    };
    return sentences().map((sentence) => this.#marked(sentence));
  }

  /**
   * What a check shows of a link. Where the check warns, its warning says what is so.
   *
   * @param {string} id
   * @param {'carried' | 'told'} how
   * @param {string} check
   */
  #shownBy(id, how, check) {
    const warning = this.findings(check).find(({ outcome }) => outcome === 'warn');
    if (warning) return this.#unmarked(warning);
    const root = this.report.assurance.root_of_trust;
    const named = ['links', id, 'named'];
    return root === 'policy-root' && has(named) ? say(named) : sayByRoot(['links', id, how, check], root);
  }

  /**
   * What to say beside a link that holds and that nothing ties to the machine, or `null`.
   *
   * @param {Link} link
   */
  apart(link) {
    const { ends_at: ends, assurance } = this.report;
    const is = ends.apart.includes(link.id) && assurance.root_of_trust !== 'build-only';
    return is ? say(['joints', 'apart']) : null;
  }

  /**
   * One sentence on what came of a check.
   *
   * @param {LinkFinding} finding
   */
  finding(finding) {
    return this.#marked(this.#unmarked(finding));
  }

  /**
   * The sentence on a finding. Under a root that the policy names, what that root vouches for is not
   * told as a vendor's word.
   *
   * @param {LinkFinding} finding
   * @returns {string}
   */
  #unmarked(finding) {
    const own = this.#ofVendor(finding);
    const { check, outcome, reason } = finding;
    if (this.report.assurance.root_of_trust !== 'policy-root' || !this.#vouched.has(check)) return own;
    if (outcome === 'pass') return say(['named', 'pass']);
    return NOTED.includes(outcome) && reason !== 'named'
      ? say(['named', 'sentence'], { sentence: own })
      : own;
  }

  /**
   * @param {LinkFinding} finding
   * @returns {string}
   */
  #ofVendor({ check, outcome, reason = '', blocked_by: blame }) {
    if (outcome === 'pass') return say(['checks', check, 'pass']);
    if (outcome !== 'unknown') return say(['checks', check, `${outcome}.${reason}`]);
    if (reason === 'blocked') {
      return say(['why', 'blocked'], { reason: blame ? this.#cause(blame) : '' });
    }
    const own = ['checks', check, `unknown.${reason}`];
    return has(own) ? say(own) : say(['why', reason], { check: checkTitle(check) });
  }

  /**
   * Why a check did not pass, by following what blocked it to its end.
   *
   * @param {string} by
   */
  #cause(by) {
    const blamed = this.#blamed(by);
    return typeof blamed === 'string' ? `${checkTitle(blamed)}.` : this.#unmarked(blamed);
  }

  /**
   * The finding at the end of a run of blocked checks, or the last check when there is none.
   *
   * @param {string} by
   * @returns {LinkFinding | string}
   */
  #blamed(by) {
    /** @type {Set<string>} */
    const seen = new Set();
    while (!seen.has(by)) {
      seen.add(by);
      let worst = null;
      for (const finding of this.findings(by)) {
        if (worst === null || weight(finding) >= weight(worst)) worst = finding;
      }
      if (worst === null || weight(worst) === 0) return by;
      if (!worst.blocked_by) return worst;
      by = worst.blocked_by;
    }
    return by;
  }

  /** What decided the verdict: what failed or is open by itself. */
  because() {
    return this.report.verdict.because
      .map((named) => this.named(named))
      .filter((finding) => finding !== null && !finding.blocked_by)
      .map((finding) => /** @type {LinkFinding} */ (finding));
  }

  /** The name that the evidence gives itself, as its own words, or `null`. */
  callsItself() {
    const { subject, headline } = this.report;
    if (subject.name === null || subject.name === headline.of) return null;
    return say(['evidence-words', 'calls-itself'], { words: evidenceWords(subject.name) });
  }

  /**
   * The headline: a few words, and the sentence with its object. The names in it come from links
   * of the unbroken chain alone.
   *
   * `card` is the sentence as it stands on a card: under those words, which have the caveat, and
   * above the rows, which tell of the machine.
   *
   * @returns {{ short: string, sentence: string, card: string }}
   */
  headline() {
    const { headline, flags } = this.report;
    const source = this.#source();
    const key = headline.word === 'verified' && !source ? 'verified-image' : headline.word;
    if (key === 'undecided') return this.#undecided();
    const host = headline.of === null ? null : hostOf(headline.of);
    const named = key === 'build' ? null : host;
    const form = key === 'build' && source ? 'source' : named === null ? 'alone' : 'asked';
    const caveat = headline.caveat ? say(['checks', headline.caveat.check, 'caveat']) : '';
    const but = caveat ? say(['but'], { caveat }) : '';
    const maker = this.#maker();
    const first = this.because()[0];
    const values = {
      host: host ?? '',
      commit: source?.commit ?? '',
      repository: source?.repository ?? '',
      chip: say(['chips', flags.debug === 'off' ? 'hidden' : 'plain'], { maker }),
      maker,
      software: this.#software(),
      reason: first ? this.#unmarked(first) : '',
      but,
    };
    const sentence = say(['headlines', key, form], values);
    const card = say(['headlines', key, ON_CARD.includes(key) ? 'card' : form], { ...values, but: '' });
    return this.#line(`${say(['headlines', key, 'short'])}${but}`, sentence, card);
  }

  /**
   * What is missing, in this order: what the policy asks for beside the checks, a file that would
   * decide an open check, or the first check that is open.
   */
  #undecided() {
    /**
     * @param {string} form
     * @param {Record<string, string | number>} [values]
     */
    const told = (form, values = {}) =>
      this.#line(
        say(['headlines', 'undecided', 'short']),
        say(['headlines', 'undecided', form], values),
      );
    const { verdict, wanted } = this.report;
    const lacks = verdict.lacks?.[0];
    if (lacks) return told(lacks, { caveat: this.#firstCaveat() });
    const open = new Set(verdict.because.map(({ check }) => check));
    const files = [
      ...new Set(
        wanted.filter(({ decides }) => decides.some((check) => open.has(check))).map((w) => w.what),
      ),
    ];
    const [file] = files;
    if (file === undefined) {
      const first = this.because()[0];
      return told('reason', { reason: first ? this.#unmarked(first) : '' });
    }
    const what = say(['wanted', file]);
    return files.length === 1 ? told('file', { what }) : told('files', { count: files.length, what });
  }

  /**
   * @param {string} short
   * @param {string} sentence
   * @param {string} [card]
   */
  #line(short, sentence, card = sentence) {
    return {
      short: this.#marked(short),
      sentence: this.#marked(sentence),
      card: this.#marked(card),
    };
  }

  /**
   * Commit and repository, where their link holds and is tied to the build before it, and
   * everything that names them agrees.
   */
  #source() {
    const { links, ends_at: ends, assurance } = this.report;
    const link = links.find(({ id }) => id === 'commit');
    const inChain = assurance.root_of_trust === 'build-only' || ends.link === 'commit';
    if (!link || !isHolding(link) || !link.joined_by || !inChain) return null;
    const commit = this.#claimed('git.commit');
    const repository = this.#claimed('git.repository');
    if (commit === null || repository === null) return null;
    return {
      commit: shortWords([...commit].slice(0, COMMIT).join('')),
      repository: hostOf(repository),
    };
  }

  /**
   * The one value of a claim of the source; `null` when several are named.
   *
   * @param {string} name
   */
  #claimed(name) {
    const own = this.report.claims.filter((claim) => claim.name === name && claim.link === 'commit');
    const values = [...new Set(own.map(({ value }) => String(Object.values(value)[0])))];
    return values.length === 1 ? (values[0] ?? null) : null;
  }

  /** Whose root key the chain begins at, by the check that carries its first link. */
  #maker() {
    const root = this.report.assurance.root_of_trust;
    const link = this.report.links.find(({ id }) => id === 'hardware-root');
    const named = (link?.carried_by ?? []).map((check) => ['makers', root, check]).find(has);
    const path = named ?? ['makers', root, 'none'];
    return has(path) ? say(path) : '';
  }

  /** Which software is shown to run, by the check that carries the image. */
  #software() {
    const first = this.report.links.find(({ id }) => id === 'image')?.carried_by[0];
    return first ? say(['software', first]) : '';
  }

  /** The caveat of the first finding that holds with a reservation. */
  #firstCaveat() {
    const findings = this.report.links.flatMap((link) => link.findings);
    const noted = findings.find(({ outcome }) => NOTED.includes(outcome));
    return noted ? say(['checks', noted.check, 'caveat']) : '';
  }

  /**
   * A sentence, marked when nothing real is behind it.
   *
   * @param {string} sentence
   */
  #marked(sentence) {
    return this.report.simulated ? say(['simulated', 'sentence'], { sentence }) : sentence;
  }
}

/** @type {WeakMap<object, Sentences>} */
const owners = new WeakMap();

/**
 * The sentences of a report, made once.
 *
 * @param {Report} report
 */
export function sentencesOf(report) {
  const own = owners.get(report) ?? new Sentences(report);
  for (const part of [report, ...report.links, ...report.links.flatMap((link) => link.findings)]) {
    owners.set(part, own);
  }
  return own;
}

/**
 * The sentence on a finding of a report whose verdict was told before.
 *
 * @param {LinkFinding} finding
 */
export function findingSentence(finding) {
  return owners.get(finding)?.finding(finding) ?? checkTitle(finding.check, finding.part);
}

/**
 * A finding for findings that are named together.
 *
 * @param {LinkFinding} finding
 */
export function findingGist(finding) {
  return `${ui(`outcome.${finding.outcome}`)}. ${findingSentence(finding)}`;
}

/** @param {Link} link */
function isHolding({ state }) {
  return state === 'verified' || state === 'warning';
}

/**
 * The key for a link that does not hold. Where no answer was read, no state of the service is told.
 *
 * @param {Link} link
 */
function openKey({ state, findings }) {
  if (state === 'failed' || state === 'not-published') return state;
  const open = findings.filter(({ reason }) => reason !== 'not-applicable');
  const unasked = open.length > 0 && open.every(({ reason }) => reason === 'not-asked');
  return unasked ? 'not-asked' : 'unknown';
}

/**
 * How much a finding speaks against its check: a failure most, then what is open by itself, then
 * what is open because of another, then what has no meaning here.
 *
 * @param {LinkFinding} finding
 */
function weight({ outcome, reason }) {
  if (outcome === 'fail') return 4;
  if (outcome !== 'unknown') return 0;
  if (reason === 'not-applicable') return 1;
  return reason === 'blocked' ? 2 : 3;
}

/** @param {{ check: string, part?: string | null }} named */
function refKey({ check, part }) {
  return JSON.stringify([check, part ?? null]);
}

/**
 * The address that was asked, without what every address begins with.
 *
 * @param {string} origin
 */
export function hostOf(origin) {
  return shortWords(origin.startsWith('https://') ? origin.slice('https://'.length) : origin);
}

/**
 * `<evidence-intake>`: where a reader drops, picks or pastes evidence and says for which moment and
 * under which policy it is to be examined. Nothing that is handed in here leaves the page.
 *
 * A policy file is taken as the policy, a bundle as the files in it, and a report of the verifier's
 * own as no evidence. What
 * cannot be taken is said in `problem`, which stands where the page puts it.
 *
 * Fires `request` with a Request, in which no sources stand for the same input again, and `changed`
 * while the reader writes a date or a digest.
 *
 * @import { PolicyEntry, Request, Source } from '../page.d.ts'
 */

import { MAX_INPUT, fromPaste } from '../bytes.js';
import { button, evidenceWords, h, tellIn } from '../dom.js';
import { byteCount } from '../values.js';
import { ui } from '../wording.js';

/** The value of the policy choice that leaves it to the verifier. */
const VERIFIERS_CHOICE = '';

/** The value of the policy choice for a file that the reader handed in. */
const OWN_FILE = ' own';

export class EvidenceIntake extends HTMLElement {
  #files = h('input', { type: 'file', multiple: true, id: 'files', class: 'visually-hidden' });
  #paste = h('textarea', { id: 'paste', rows: 6, spellcheck: 'false', autocomplete: 'off', dir: 'ltr' });
  #now = h('input', { type: 'radio', name: 'moment', id: 'moment-now', checked: true });
  #asOf = h('input', { type: 'radio', name: 'moment', id: 'moment-as-of' });
  #time = h('input', { type: 'datetime-local', id: 'time', 'aria-describedby': 'time-note' });
  #policy = h('select', { id: 'policy', 'aria-describedby': 'policy-note' });
  #policyNote = h('p', { id: 'policy-note', class: 'note' });
  #artifact = h('input', {
    type: 'text',
    id: 'artifact',
    spellcheck: 'false',
    autocomplete: 'off',
    dir: 'ltr',
    'aria-describedby': 'artifact-note',
  });
  /** What could not be taken, and why. */
  problem = h('p', { class: 'problem', id: 'intake-problem', role: 'alert' });
  /** @type {{ name: string, text: string } | null} */
  #own = null;
  /** @type {PolicyEntry[]} */
  #policies = [];
  #isReadersPolicy = false;

  /** @type {string | null} what was chosen, also while the names of the policies are not known yet */
  #chosen = null;
  #ownFile;

  /**
   * @param {(bytes: Uint8Array) => Promise<string | null>} ownFile which file of the verifier's own
   *   these bytes are
   */
  constructor(ownFile) {
    super();
    this.#ownFile = ownFile;
  }

  connectedCallback() {
    if (this.childElementCount > 0) return;
    this.append(this.#dropZone());
    this.#files.addEventListener('change', () => {
      this.take([...(this.#files.files ?? [])]);
      this.#files.value = '';
    });
    this.#time.addEventListener('input', () => {
      this.#asOf.checked = true;
      this.dispatchEvent(new CustomEvent('changed'));
    });
    this.#artifact.addEventListener('input', () => this.dispatchEvent(new CustomEvent('changed')));
    this.#policy.addEventListener('change', () => {
      this.#chosen = null;
      this.#isReadersPolicy = true;
      this.#describePolicy();
    });
    // An answer for another moment or policy does not stay up.
    for (const option of [this.#policy, this.#now, this.#asOf, this.#time, this.#artifact]) {
      option.addEventListener('change', () => {
        this.#say(null);
        this.#request([], false);
      });
    }
    document.addEventListener('dragover', (event) => {
      event.preventDefault();
      this.toggleAttribute('data-over', true);
    });
    document.addEventListener('dragleave', (event) => {
      if (event.relatedTarget === null) this.toggleAttribute('data-over', false);
    });
    document.addEventListener('drop', (event) => {
      event.preventDefault();
      this.toggleAttribute('data-over', false);
      this.take([...(event.dataTransfer?.files ?? [])]);
    });
  }

  /** @param {PolicyEntry[]} policies */
  set policies(policies) {
    this.#policies = policies;
    this.#listPolicies();
  }

  /** What is chosen: it may have been chosen before it was listed, as what comes with the page is. */
  get #choice() {
    return this.#chosen ?? this.#policy.value;
  }

  #listPolicies() {
    const chosen = this.#choice;
    const own = this.#own;
    this.#policy.replaceChildren(
      h('option', { value: VERIFIERS_CHOICE }, () => ui('policy-automatic')),
      ...(own ? [h('option', { value: OWN_FILE }, () => ui('policy-own', { name: evidenceWords(own.name) }))] : []),
      ...this.#policies.map(({ name }) => h('option', { value: name }, name)),
    );
    this.#policy.value = chosen;
    this.#describePolicy();
  }

  /**
   * Chooses a policy, or leaves the choice to the verifier.
   *
   * @param {string | null} name
   */
  choosePolicy(name) {
    this.#chosen = name;
    this.#policy.value = name ?? VERIFIERS_CHOICE;
    this.#isReadersPolicy = false;
    this.#describePolicy();
  }

  /** Leaves the choice of the policy to the verifier, unless the reader made it. */
  releasePolicy() {
    if (!this.#isReadersPolicy) this.choosePolicy(null);
  }

  /** The chosen policy, its name or the text of a file, or `null` when the verifier chooses. */
  get policy() {
    const chosen = this.#choice;
    return chosen === OWN_FILE ? (this.#own?.text ?? null) : chosen || null;
  }

  /** Whether a policy has this name. @param {string} name */
  hasPolicy(name) {
    return this.#policies.some((policy) => policy.name === name);
  }

  /** The digest that a signed build must be about, with its algorithm, or `null` for none. */
  get artifact() {
    const text = this.#artifact.value.trim();
    if (text === '') return null;
    return text.includes(':') ? text : `sha256:${text}`;
  }

  /** Asks for the same input again. */
  again() {
    this.#request([]);
  }

  /**
   * Reads `files` and asks for them to be examined.
   *
   * @param {File[]} files
   */
  async take(files) {
    if (files.length === 0) return;
    this.#say(null);
    const read = await this.read(files);
    if (!read) return;
    const { sources, policy } = await this.#sorted(read);
    if (sources.length > 0) this.#request(sources);
    else if (policy) this.again();
  }

  /**
   * Sets aside what is the verifier's own: a policy is chosen, and a report is no evidence.
   *
   * @param {Source[]} read
   */
  async #sorted(read) {
    const kinds = await Promise.all(read.map(({ bytes }) => this.#ownFile(bytes)));
    const policy = read.find((_, place) => kinds[place] === 'own-policy');
    const report = read.find((_, place) => kinds[place] === 'own-report');
    const sources = read.filter((_, place) => kinds[place] === null || kinds[place] === 'own-bundle');
    if (policy) {
      this.#own = { name: policy.name, text: new TextDecoder().decode(policy.bytes) };
      this.#listPolicies();
      this.#chosen = OWN_FILE;
      this.#policy.value = OWN_FILE;
      this.#isReadersPolicy = true;
      this.#describePolicy();
    }
    if (report) this.#say(() => ui('own-report', { name: evidenceWords(report.name) }));
    else if (policy && sources.length === 0) {
      this.#say(() => ui('policy-taken', { name: evidenceWords(policy.name) }));
    }
    return { sources, policy };
  }

  /**
   * The bytes of `files` without those that cannot be had, which are named with the reason; `null`
   * when there are none.
   *
   * @param {File[]} files
   * @param {HTMLElement} [problem] where it is said
   * @returns {Promise<Source[] | null>}
   */
  async read(files, problem = this.problem) {
    problem.replaceChildren();
    /** @type {Source[]} */
    const read = [];
    for (const file of files) {
      const name = () => evidenceWords(file.name);
      if (file.size > MAX_INPUT) {
        tellIn(problem, () => ui('too-large', { name: name(), limit: byteCount(MAX_INPUT) }));
        continue;
      }
      try {
        read.push({ name: file.name, bytes: new Uint8Array(await file.arrayBuffer()) });
      } catch {
        tellIn(problem, () => ui('not-read', { name: name() }));
      }
    }
    return read.length > 0 ? read : null;
  }

  /**
   * @param {Source[]} sources
   * @param {boolean} [byReader] whether the reader asked for an answer, and not only changed an
   *   option: then the focus goes to the answer
   */
  #request(sources, byReader = true) {
    const at = this.#moment();
    if (at === undefined) return;
    /** @type {Request} */
    const detail = { sources, at, policy: this.policy, byReader };
    this.dispatchEvent(new CustomEvent('request', { detail }));
  }

  /** The chosen moment; `null` for now, `undefined` when there is none to be had. */
  #moment() {
    this.#time.removeAttribute('aria-invalid');
    if (this.#now.checked) return null;
    const date = new Date(`${this.#time.value}Z`);
    if (Number.isNaN(date.getTime())) {
      this.#time.setAttribute('aria-invalid', 'true');
      this.#say(() => ui('time-missing'));
      this.#time.focus();
      return undefined;
    }
    return rfc3339(date);
  }

  /** @param {(() => string) | null} sentence */
  #say(sentence) {
    if (sentence) tellIn(this.problem, sentence);
    else this.problem.replaceChildren();
  }

  #describePolicy() {
    const chosen = this.#policies.find(({ name }) => name === this.#policy.value);
    tellIn(this.#policyNote, () => chosen?.description ?? ui('policy-automatic-note'));
    // A policy describes itself, in English.
    if (chosen) this.#policyNote.lang = 'en';
    else this.#policyNote.removeAttribute('lang');
  }

  #dropZone() {
    return h(
      'div',
      { class: 'drop-zone' },
      h(
        'div',
        { class: 'drop-top' },
        h('div', { class: 'drop-words' }, h('h2', {}, () => ui('hand-in')), h('p', {}, () => ui('drop'))),
        h(
          'div',
          { class: 'row file-choice' },
          this.#files,
          h('label', { for: 'files', class: 'button primary' }, () => ui('choose-files')),
        ),
      ),
      h('p', { class: 'note' }, () => ui('stays-here')),
      h('div', { class: 'drop-more' }, this.#pasteBox(), this.#options()),
    );
  }

  #pasteBox() {
    return h(
      'details',
      { class: 'paste' },
      h('summary', {}, () => ui('paste')),
      h('label', { for: 'paste' }, () => ui('paste-label')),
      this.#paste,
      button(
        () => ui('paste-check'),
        () => {
          if (this.#paste.value.trim() === '') {
            this.#say(() => ui('paste-empty'));
            this.#paste.focus();
          } else {
            this.#say(null);
            this.#request([{ name: ui('pasted'), bytes: fromPaste(this.#paste.value) }]);
          }
        },
        { id: 'paste-check' },
      ),
    );
  }

  #options() {
    this.#time.value = rfc3339(new Date()).slice(0, 16);
    return h(
      'details',
      { class: 'options' },
      h('summary', {}, () => ui('options')),
      h(
        'fieldset',
        {},
        h('legend', {}, () => ui('moment')),
        h('p', {}, this.#now, h('label', { for: 'moment-now' }, () => ui('moment-now'))),
        h(
          'p',
          {},
          this.#asOf,
          h('label', { for: 'moment-as-of' }, () => ui('moment-as-of')),
          ' ',
          h('label', { for: 'time', class: 'visually-hidden' }, () => ui('moment-time')),
          this.#time,
        ),
        h('p', { id: 'time-note', class: 'note' }, () => ui('moment-note')),
      ),
      h('p', {}, h('label', { for: 'policy' }, () => ui('policy')), ' ', this.#policy),
      this.#policyNote,
      h('p', {}, h('label', { for: 'artifact' }, () => ui('artifact')), ' ', this.#artifact),
      h('p', { id: 'artifact-note', class: 'note' }, () => ui('artifact-note')),
      button(
        () => ui('again'),
        () => {
          this.#say(null);
          this.again();
        },
        { id: 'again' },
      ),
    );
  }
}

/**
 * A moment as the verifier reads it: UTC, whole seconds.
 *
 * @param {Date} date
 */
export function rfc3339(date) {
  return `${date.toISOString().slice(0, 19)}Z`;
}

customElements.define('evidence-intake', EvidenceIntake);

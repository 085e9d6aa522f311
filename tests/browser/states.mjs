/**
 * Every state that a reader can meet, each brought about in a page whose reports are DRAWN BY HAND, so
 * that layout and access are tested without a verifier.
 */

import { card } from './fixtures/cards.mjs';
import { drawn } from './fixtures/reports.mjs';
import { demonstrate, loaded, open, openIntake, settled, stub, whole } from './page.mjs';

/** A session whose one question is never answered. */
const SESSION = `
  export class Session {
    origin = 'https://api.example-service.com';
    nonce = '${'5e'.repeat(32)}';
    first() {
      return JSON.stringify([
        { host: 'api.example-service.com', url: this.origin + '/v1/attestation', what: 'coordinator-attestation', reveals: 'that-you-ask-with-nonce', limit: 1, timeout_ms: 1, reach: 'anyone' },
        { host: 'api.example-service.com', url: this.origin + '/v1/encryption-key', what: 'encryption-key', reveals: 'that-you-ask', limit: 1, timeout_ms: 1, reach: 'anyone' },
      ]);
    }
    begin() {}
    record() {}
    asked() { return '{}'; }
    exchange() { return new Uint8Array([123, 125]); }
  }
  export function ask(request, signal) {
    const ended = { status: undefined, failed: 'aborted', file: new Uint8Array() };
    return new Promise((done) => signal.addEventListener('abort', () => done(ended)));
  }
  export function subjects() {
    return JSON.stringify([
      { id: 'darkbloom', origin: 'https://api.darkbloom.dev' },
      { id: 'tinfoil', origin: 'https://inference.tinfoil.sh' },
    ]);
  }
`;

const UNREADABLE = `
  export default async function () {}
  export async function examine() {
    throw Object.assign(new Error('The input ends after 12 bytes, in the middle of its header.'), { code: 'malformed', file: 'bundle.json' });
  }
  export function policies() { return '[]'; }
`;

/** @param {import('playwright-core').Page} page */
async function propose(page) {
  await loaded(page);
  await page.fill('#address', 'api.example-service.com');
  await page.press('#address', 'Enter');
  await page.waitForSelector('.plan:not([hidden])');
}

/** A card by its name. */
const shown = (name) => {
  const [state, more] = card(name);
  return { routes: stub(state, { ...more, exports: SESSION }), reach: demonstrate };
};

/** A bundle whose report, made again, differs from the recorded one, and whose maker used a policy of its own. */
function bundle() {
  const [state, more] = card('A5-caveat');
  const report = drawn(state, more);
  const recorded = {
    at: '2026-02-01T00:00:00Z',
    maker: { version: '0.1.0' },
    session: false,
    same: false,
    count: 12,
    differences: ['/verdict/state', '/links/3/findings/2/outcome'],
    otherVerifier: false,
    report,
    recorded: report,
    files: [],
    makersOwn: ['policy'],
  };
  const exports = `${SESSION} export async function remade() { return { recorded: ${JSON.stringify(JSON.stringify(recorded))}, signatures: '[]' }; }`;
  return { routes: stub(state, { ...more, exports, own: "return 'own-bundle';" }), reach: demonstrate };
}

/** How each state is reached. */
export const STATES = {
  start: { routes: stub('verified', { exports: SESSION }), reach: loaded },
  intake: { routes: stub('verified', { exports: SESSION }), reach: openIntake },
  plan: { routes: stub('verified', { exports: SESSION }), reach: propose },
  checking: {
    routes: stub('verified', { exports: SESSION }),
    async reach(page) {
      await propose(page);
      await page.click('#ask');
      await page.waitForSelector('answer-card[data-state="checking"] #stop-check');
    },
  },
  A5: shown('A5'),
  'A5-caveat': shown('A5-caveat'),
  A3: shown('A3'),
  unknown: shown('unknown'),
  'not-published': shown('not-published'),
  failed: shown('failed'),
  simulated: shown('simulated'),
  bundle: bundle(),
  'bundle-recorded': {
    routes: bundle().routes,
    async reach(page) {
      await demonstrate(page);
      await page.click('#bundle-recorded');
      await page.waitForSelector('#bundle-recorded[aria-pressed="true"]');
    },
  },
  unreadable: {
    routes: {
      ...stub('verified'),
      '**/pkg/silicon_to_source.js': (route) => route.fulfill({ contentType: 'text/javascript', body: UNREADABLE }),
    },
    async reach(page) {
      await page.waitForSelector('#demonstration');
      await page.click('#demonstration');
      await settled(page);
    },
  },
};

/** A page in the state called `name`. */
export async function inState(browser, name, { routes = {}, ...options }) {
  const own = STATES[name];
  const opened = await open(browser, { ...options, routes: { ...own.routes, ...routes } });
  await own.reach(opened.page);
  await whole(opened.page);
  return opened;
}

/** Has the page speak another language, as a reader would. */
export async function speak(page, tag) {
  await page.selectOption('#language', tag);
  await page.waitForFunction((own) => document.documentElement.lang === own, tag);
}

/** What stands wider than the page, and how much the page can be scrolled sideways. */
export function tooWide(page) {
  return page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    const wide = [...document.querySelectorAll('body *')]
      .filter((element) => element.checkVisibility() && !element.closest('.hex-scroll, .table-scroll, .comparison-lines'))
      .filter((element) => !element.closest('.visually-hidden, .skip'))
      .filter((element) => {
        const { left, right } = element.getBoundingClientRect();
        return right > innerWidth + 1 || left < -1;
      })
      .map((element) => element.outerHTML.slice(0, 100));
    return [...wide, ...(scrollWidth > clientWidth ? [`the page is ${scrollWidth} wide`] : [])];
  });
}

/** What the extension's modules hand to each other, and what they use of the browser's interface. */

import type { Remembered } from '../page.d.ts';
import type { BadgeShape } from './shapes.js';

/** Whose servers hand out files about chips. */
export type Vendor = 'amd' | 'intel';

/** What a reader chose for a service. */
export interface Choice {
  /** Who may be asked for files beside the service. */
  vendors: Vendor[];
  /** The name of a policy that comes with the verifier, or `null`: the verifier chooses. */
  policy: string | null;
  /** Whether what was seen is kept. */
  history: boolean;
  /** Whether a failure and a new key are told at once. */
  notify: boolean;
}

/** How many questions went to a host. */
export interface AskedHost {
  host: string;
  count: number;
}

/** What is known of the connection's key: read, not told by this browser, or there is none. */
export type KeyRead = 'read' | 'untold' | 'none';

/** What came of one check of a service, without the report itself. Times are in milliseconds. */
export interface Result {
  service: string;
  /** When the first question was sent. */
  begun: number;
  /** When the result ends to count. */
  ends: number;
  shape: BadgeShape;
  simulated: boolean;
  /** The headline, and its sentence. */
  short: string;
  sentence: string;
  asked: AskedHost[];
  key: KeyRead;
}

/** The report of a check, with what it was made from; it is kept in memory alone. */
export interface Kept {
  /** The report as the verifier wrote it, or `null` when there is none. */
  json: string | null;
  /** What later reports on the same service are compared by, or `null` where it decides nothing. */
  seen: string | null;
  /** Why there is none. */
  problem: { code: string; message: string } | null;
  /** The exchange, base64. */
  exchange: string;
  /** What this extension asked, as the verifier takes it. */
  asked: string;
  policy: string | null;
}

/** When a tab loaded a site. */
export interface Load {
  /** The site's scheme and authority. */
  site: string;
  at: number;
}

/** What a badge and its popup show about one tab. */
export interface View {
  site: string;
  service: string;
  choice: Choice;
  shape: BadgeShape;
  simulated: boolean;
  /** The result that counts for this tab. */
  result: Result | null;
  /** What was found before this tab was loaded. */
  earlier: Result | null;
  /** What is being done, or why nothing is. */
  doing: Doing;
  remembered: Remembered | null;
}

export type Doing =
  | { kind: 'nothing' }
  | { kind: 'asking'; host: string; step: number; steps: number }
  | { kind: 'waiting'; until: number }
  | { kind: 'soon' }
  | { kind: 'expired' }
  | { kind: 'not-allowed' };

/** What a popup asks of the background. */
export type Message =
  | { ask: 'view'; tab: number; url: string }
  | { ask: 'kept'; service: string }
  | { ask: 'enrol'; tab: number | null; site: string; service: string; choice: Choice }
  | { ask: 'choose'; service: string; choice: Choice }
  | { ask: 'check'; service: string }
  | { ask: 'speak'; language: string }
  | { ask: 'noticed'; service: string }
  | { ask: 'forget'; service: string }
  | { ask: 'forget-history'; service: string };

interface Event<T extends (...args: any[]) => unknown> {
  addListener(listener: T, ...more: unknown[]): void;
  removeListener(listener: T): void;
}

interface Area {
  get(keys: string | string[] | null): Promise<Record<string, any>>;
  set(items: Record<string, unknown>): Promise<void>;
  remove(keys: string | string[]): Promise<void>;
}

export interface Tab {
  id?: number;
  url?: string;
}

interface Permissions {
  origins?: string[];
  permissions?: string[];
}

/** A request, as `webRequest` tells of it. */
export interface RequestDetails {
  requestId: string;
  url: string;
  tabId: number;
  originUrl?: string;
}

/** The members that are used. */
export interface ExtensionApi {
  action: {
    setIcon(details: { tabId: number; imageData?: Record<string, ImageData>; path?: Record<string, string> }): Promise<void>;
    setTitle(details: { tabId: number; title: string }): Promise<void>;
    setBadgeText(details: { tabId: number; text: string }): Promise<void>;
    setBadgeBackgroundColor(details: { tabId: number; color: string }): Promise<void>;
    setBadgeTextColor?(details: { tabId: number; color: string }): Promise<void>;
  };
  alarms: {
    create(name: string, when: { when: number }): Promise<void> | void;
    onAlarm: Event<(alarm: { name: string }) => void>;
  };
  notifications?: {
    create(id: string, options: { type: 'basic'; iconUrl: string; title: string; message: string }): Promise<string>;
  };
  permissions: {
    contains(wanted: Permissions): Promise<boolean>;
    request(wanted: Permissions): Promise<boolean>;
    remove(given: Permissions): Promise<boolean>;
    onAdded: Event<() => void>;
    onRemoved: Event<() => void>;
  };
  runtime: {
    id: string;
    getURL(path: string): string;
    sendMessage(message: unknown): Promise<any>;
    onMessage: Event<(message: any, sender: { id?: string; tab?: Tab }, answer: (value: unknown) => void) => boolean | void>;
    onInstalled: Event<() => void>;
    onStartup: Event<() => void>;
  };
  storage: { local: Area; session: Area };
  tabs: {
    create(tab: { url: string }): Promise<Tab>;
    get(id: number): Promise<Tab>;
    query(about: { active?: boolean; currentWindow?: boolean }): Promise<Tab[]>;
    onUpdated: Event<(id: number, change: { status?: string; url?: string }, tab: Tab) => void>;
    onRemoved: Event<(id: number) => void>;
  };
  webRequest?: {
    onHeadersReceived: Event<(details: RequestDetails) => unknown>;
    getSecurityInfo?(
      id: string,
      options: object,
    ): Promise<{ certificates?: Array<{ subjectPublicKeyInfoDigest?: { sha256?: string } }> }>;
  };
}

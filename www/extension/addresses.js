/** Addresses of sites and services, and what the browser calls the permission to reach them. */

import { hostOf } from '../phrases.js';
import { api } from './browser.js';

/** Sites that are suggested: the site's host, and the service whose answer it stands or falls with. */
export const SUGGESTED = /** @type {const} */ ([
  { site: 'https://darkbloom.dev', service: 'https://api.darkbloom.dev' },
  { site: 'https://api.darkbloom.dev', service: 'https://api.darkbloom.dev' },
  { site: 'https://atc.tinfoil.sh', service: 'https://atc.tinfoil.sh' },
]);

/** Whose servers hand out files about chips, and their hosts. Neither lets a web page read them. */
export const VENDORS = /** @type {const} */ ({
  amd: ['kdsintf.amd.com'],
  intel: ['api.trustedservices.intel.com', 'certificates.trustedservices.intel.com'],
});

/** Hosts of this machine may be asked without encryption. */
const LOOPBACK = ['127.0.0.1', 'localhost'];

/**
 * Scheme and authority of an address that can be a site or a service, or `null`.
 *
 * @param {string | undefined} address
 */
export function originOf(address) {
  const url = URL.parse(address ?? '');
  if (!url || url.username !== '' || url.password !== '') return null;
  const isOwn = url.protocol === 'http:' && LOOPBACK.includes(url.hostname);
  return url.protocol === 'https:' || isOwn ? url.origin : null;
}

/**
 * What a reader wrote as the address of a service, or `null`.
 *
 * @param {string} written
 */
export function serviceOf(written) {
  const address = written.trim();
  return originOf(/^https?:\/\//.test(address) ? address : `https://${address}`);
}

/**
 * The permission to reach a host. A pattern has no port in every browser.
 *
 * @param {string} origin
 */
export function patternOf(origin) {
  const { protocol, hostname } = new URL(origin);
  return `${protocol}//${hostname}/*`;
}

/** @param {readonly (keyof typeof VENDORS)[]} vendors */
export function hostsOf(vendors) {
  return vendors.flatMap((vendor) => [...VENDORS[vendor]]);
}

/**
 * The permissions that a choice needs.
 *
 * @param {string} site
 * @param {string} service
 * @param {readonly (keyof typeof VENDORS)[]} vendors
 */
export function patternsOf(site, service, vendors) {
  const hosts = hostsOf(vendors).map((host) => `https://${host}`);
  return [...new Set([site, service, ...hosts].map(patternOf))];
}

/**
 * Whether the browser lets this extension ask.
 *
 * @param {readonly string[]} origins
 */
export function isAllowed(origins) {
  return api.permissions.contains({ origins: origins.map(patternOf) });
}

export { hostOf };

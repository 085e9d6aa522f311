/** Where in a report something stands. */

/**
 * The element id of a finding.
 *
 * @param {string} check
 * @param {string | null | undefined} part
 */
export function findingAnchor(check, part) {
  return `finding-${check}${part ? `-${part.replace(/[^A-Za-z0-9.-]+/g, '_')}` : ''}`;
}

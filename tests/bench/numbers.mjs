/** What is said of a list of times. */

/** @param {number[]} times */
export function summary(times) {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
  return {
    calls: sorted.length,
    least: round(sorted[0]),
    median: round(at(0.5)),
    // A tenth of the calls took longer.
    slow: round(at(0.9)),
  };
}

/** @param {number} value */
export function round(value) {
  return Number(value.toPrecision(3));
}

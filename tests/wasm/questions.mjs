/**
 * The questions that the Rust tests wrote down, with RustCrypto's answers, asked of WebCrypto: every
 * signature of Wycheproof's vectors and of the tables of spoiled inputs that has the form in which the
 * verifier asks. This module runs in Node and in browsers.
 */

/**
 * What WebCrypto says: `true`, `false`, or `null` when it does not answer.
 *
 * @param {{ format: string, name: string, namedCurve: string | null, hash: string | null, saltLength: number | null, key: string, message: string, signature: string }} question
 */
export async function answer({ format, key, message, signature, ...parameters }) {
  const members = Object.entries(parameters).filter(([, value]) => value !== null);
  const algorithm = Object.fromEntries(members);
  try {
    const own = await crypto.subtle.importKey(format, bytes(key), algorithm, false, ['verify']);
    return await crypto.subtle.verify(algorithm, own, bytes(signature), bytes(message));
  } catch {
    return null;
  }
}

/**
 * How many questions were answered how, by what RustCrypto says and what WebCrypto says.
 *
 * @param {[object, boolean][]} questions
 */
export async function compared(questions) {
  const counts = {};
  const worse = [];
  for (const [question, holds] of questions) {
    const other = await answer(question);
    const both = `${question.name} ${question.namedCurve ?? ''} ${holds} ${other}`;
    counts[both] = (counts[both] ?? 0) + 1;
    if (other && !holds) worse.push(question);
  }
  return { counts, worse };
}

/** @param {string} hex */
function bytes(hex) {
  return Uint8Array.from({ length: hex.length / 2 }, (_, at) => Number.parseInt(hex.slice(2 * at, 2 * at + 2), 16));
}

/** Requests as an authenticator sees them, and what it says of them. */

/** @typedef {Record<string, string>} Headers */

/** Headers arrive as fresh strings; one that was hashed already would flatter a cache. */
export const fresh = (/** @type {string} */ text) => Buffer.from(text, 'latin1').toString('latin1');

/** A `GET` with these headers. */
export const view = (/** @type {Headers} */ headers, url = '/invoices') => ({
  method: 'GET',
  url,
  header: (/** @type {string} */ name) => headers[name],
});

/** Throws unless it is true: nothing is fast that refuses a good token. */
export function must(/** @type {boolean} */ truth) {
  if (!truth) throw new Error('A contestant refused a good token.');
}

/** A promise is not: what is measured by this is answered at once. */
export const isSignedIn = (/** @type {unknown} */ state) =>
  typeof state === 'object' && state !== null && 'isAuthenticated' in state && state.isAuthenticated === true;

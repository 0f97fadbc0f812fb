/** Members with real authenticators, and what became of the requests that they were sent. */
import { createAuthenticator } from 'bailiff';
import { PUBLISHABLE_KEY, SECRET_KEY } from './clerk.mjs';

/** @typedef {ReturnType<typeof createFleet>} Fleet */

/**
 * @typedef {object} Outcome
 * @property {number} at when the request came
 * @property {number} waitedMs until it was decided
 * @property {'signed-in' | 'signed-out' | 'unavailable' | 'handshake'} status
 * @property {boolean} good whether the credential was when the request came
 * @property {string} token
 */

/** Loads what is loaded late, once for the process: how long that takes is no part of the model. */
export async function loadEverything() {
  const nothing = () => Promise.resolve(undefined);
  const authenticator = createAuthenticator(
    {
      secretKey: SECRET_KEY,
      publishableKey: PUBLISHABLE_KEY,
      acceptsToken: 'any',
      fetch: () => Promise.resolve(new Response('{}', { status: 404 })),
      cache: { machineTokens: { store: { get: nothing, set: nothing, delete: nothing } } },
    },
    {},
  );
  await authenticator.warmup().catch(nothing);
  await authenticator.verifyApiKey(`ak_${'0'.repeat(32)}`).catch(nothing);
}

/**
 * @param {object} settings
 * @param {number} settings.members
 * @param {import('./time.mjs').Time} settings.time
 * @param {import('./clerk.mjs').Clerk} settings.clerk
 * @param {import('./store.mjs').Store | null} settings.store
 * @param {number} settings.ttlMs `cache.machineTokens.ttlMs`
 * @param {(outcome: Outcome) => void} settings.note
 */
export function createFleet({ members, time, clerk, store, ttlMs, note }) {
  const create = (/** @type {unknown} */ _, /** @type {number} */ index) => ({
    /** Kinds of credentials that it has had: the code for a kind is loaded with the first one. @type {Set<string>} */
    met: new Set(),
    authenticator: createAuthenticator(
      {
        secretKey: SECRET_KEY,
        publishableKey: PUBLISHABLE_KEY,
        acceptsToken: 'any',
        fetch: clerk.fetchFor(index),
        now: time.now,
        cache: { machineTokens: { ttlMs, ...(store && { store }) } },
      },
      {},
    ),
  });
  let fleet = Array.from({ length: members }, create);

  return {
    members,
    /** All at once, and all caches cold. */
    deploy() {
      fleet = Array.from({ length: members }, create);
    },
    /** Sends a request to a member. @param {number} index @param {import('./clerk.mjs').Credential} credential */
    ask(index, { token, good }) {
      const member = fleet[index];
      if (member === undefined) throw new Error(`There is no member ${index}.`);
      const at = time.now();
      const state = member.authenticator.authenticate({
        method: 'GET',
        url: 'https://app.fleet.example/',
        header: (name) => (name === 'authorization' ? `Bearer ${token}` : null),
      });
      const decided = (/** @type {{ status: Outcome['status'] }} */ { status }) =>
        note({ at, waitedMs: time.now() - at, status, good, token });
      if (!(state instanceof Promise)) return decided(state);
      void state.then(decided);
      const kind = token.slice(0, 3);
      if (member.met.has(kind)) time.began();
      else time.beganLoading();
      member.met.add(kind);
    },
    /** By one member, for all. @param {number} index @param {string} token */
    async invalidate(index, token) {
      time.beganLoading();
      await fleet[index]?.authenticator.invalidate(token);
    },
  };
}

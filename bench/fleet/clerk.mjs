/**
 * The Backend API of the model: what Bailiff asks of it comes through the `fetch` of each member. It knows which credentials are good, so
 * it is also the judge of what the fleet answers.
 */
import { createSign, generateKeyPairSync } from 'node:crypto';

/** @typedef {ReturnType<typeof createClerk>} Clerk */
/** @typedef {'up' | 'failing' | 'silent'} Condition `failing`: answers 503; `silent`: answers nothing */
/** @typedef {{ token: string, good: boolean }} Credential */

const ANSWER_MS = 80;
const TOKEN_LIFETIME_MS = 60_000;
/** A browser asks for the next session token before the old one has expired. */
const RENEW_MS = 10_000;
const HOST = 'clerk.fleet.example';
export const SECRET_KEY = 'sk_live_fleetmodelfleetmodelfleetmodelfleet';
export const PUBLISHABLE_KEY = `pk_live_${Buffer.from(`${HOST}$`).toString('base64').replace(/=+$/, '')}`;

const base64url = (/** @type {unknown} */ value) => Buffer.from(JSON.stringify(value)).toString('base64url');

/**
 * RSA keys take a second to make; every model may have the same ones.
 * @type {ReturnType<typeof makeKey>[]}
 */
const pool = [];
function makeKey(/** @type {number} */ index) {
  const kid = `ins_fleet${index}`;
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return { kid, privateKey, jwk: { ...publicKey.export({ format: 'jwk' }), kid, alg: 'RS256', use: 'sig' } };
}
const keyAt = (/** @type {number} */ index) => (pool[index] ??= makeKey(index));
/** Signs for nobody. */
const HOSTILE_KEY = 9;

/**
 * @param {import('./time.mjs').Time} time
 * @param {import('./random.mjs').Random} random
 */
export function createClerk(time, random) {
  let current = keyAt(0);
  let published = [current];
  /** @type {Condition} */
  let condition = 'up';
  /** @type {Map<string, { token: string, renewAt: number, kid: string }>} */
  const sessions = new Map();
  /** @type {Set<string>} */
  const apiKeys = new Set();
  /** What was asked, when, and by whom; `about` is the API key. @type {{ at: number, what: 'jwks' | 'api_key', member: number, about: string }[]} */
  const calls = [];

  /** @param {import('../../src/ports.js').Clock} now @param {string} sub @param {{ kid: string, privateKey: import('node:crypto').KeyObject }} key */
  function sign(now, sub, { kid, privateKey }, lifetimeMs = TOKEN_LIFETIME_MS) {
    const seconds = Math.floor(now() / 1000);
    const header = { alg: 'RS256', cat: 'cl_B7d4PD111AAA', kid, typ: 'JWT' };
    const payload = {
      ...{ azp: 'https://app.fleet.example', exp: seconds + lifetimeMs / 1000, iat: seconds, nbf: seconds - 10 },
      ...{ iss: `https://${HOST}`, jti: `jti_${seconds}`, sid: `sess_${sub}`, sts: 'active', sub: `user_${sub}`, v: 2 },
    };
    const input = `${base64url(header)}.${base64url(payload)}`;
    return `${input}.${createSign('RSA-SHA256').update(input).sign(privateKey).toString('base64url')}`;
  }

  function verify(/** @type {string} */ secret) {
    if (!apiKeys.has(secret)) return new Response('{"errors":[{"code":"resource_not_found"}]}', { status: 404 });
    const dates = { expiration: null, last_used_at: null, created_at: 1, updated_at: 1 };
    const rights = { scopes: ['read'], claims: null, revoked: false, revocation_reason: null, expired: false };
    const names = { object: 'api_key', id: idOf(secret), type: 'api_key', name: 'n', description: null };
    return Response.json({ ...names, ...dates, ...rights, subject: 'user_owner', created_by: null });
  }

  return {
    calls,
    /** The `fetch` of a member. @param {number} member @returns {import('../../src/ports.js').Fetch} */
    fetchFor: (member) => async (url, init) => {
      const what = url.endsWith('/jwks') ? 'jwks' : 'api_key';
      const about = what === 'jwks' ? '' : secretIn(init?.body);
      calls.push({ at: time.now(), what, member, about });
      if (condition === 'silent') return new Promise(() => undefined);
      await time.wait(random.latency(ANSWER_MS) / 2);
      // As the instance stands in the middle of the call.
      const answer =
        condition === 'failing'
          ? new Response('{}', { status: 503 })
          : what === 'jwks'
            ? Response.json({ keys: published.map(({ jwk }) => jwk) })
            : verify(about);
      await time.wait(random.latency(ANSWER_MS) / 2);
      return answer;
    },
    become(/** @type {Condition} */ next) {
      condition = next;
    },
    /** Signs with the next key from now on; the old one stays published until {@link withdraw}. */
    rotate() {
      current = keyAt(pool.indexOf(current) + 1);
      published = [current, ...published];
    },
    withdraw() {
      published = [current];
    },
    /** The present token of a user's session. @param {number} user @returns {Credential} */
    sessionToken(user, lifetimeMs = TOKEN_LIFETIME_MS) {
      const name = String(user);
      let session = sessions.get(name);
      if (session === undefined || time.now() >= session.renewAt) {
        const token = sign(time.now, name, current, lifetimeMs);
        session = { token, renewAt: time.now() + lifetimeMs - RENEW_MS, kid: current.kid };
        sessions.set(name, session);
      }
      return { token: session.token, good: published.some(({ kid }) => kid === session.kid) };
    },
    /** @param {number} index @returns {Credential} */
    apiKey(index) {
      const token = `ak_${String(index).padStart(32, 'f')}`;
      return { token, good: apiKeys.has(token) };
    },
    addApiKeys(/** @type {number} */ count) {
      for (let index = 0; index < count; index++) apiKeys.add(`ak_${String(index).padStart(32, 'f')}`);
    },
    revoke(/** @type {string} */ secret) {
      apiKeys.delete(secret);
    },
    /** Signed by nobody's key, under a key id that was made up. @returns {Credential} */
    forgedToken() {
      const kid = `ins_${random.below(2 ** 32)}`;
      return { token: sign(time.now, 'eve', { ...keyAt(HOSTILE_KEY), kid }), good: false };
    },
    /** @returns {Credential} */
    inventedApiKey: () => ({ token: `ak_${random.below(2 ** 32)}_${random.below(2 ** 32)}`, good: false }),
  };
}

function secretIn(/** @type {unknown} */ body) {
  /** @type {unknown} */
  const asked = JSON.parse(String(body));
  return String(/** @type {{ secret?: unknown }} */ (asked).secret);
}
const idOf = (/** @type {string} */ secret) => `ak_id${secret.slice(-6)}`;

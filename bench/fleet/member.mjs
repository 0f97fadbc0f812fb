/** One process of a real fleet: does what its parent says over the process channel. Its clock is the machine's, and what the parent adds. */
import { generateKeyPairSync } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { createKeyv } from '@keyv/redis';
import { createAuthenticator } from 'bailiff';
import { PUBLISHABLE_KEY } from './clerk.mjs';

/** @typedef {{ do: 'ask' | 'age' | 'invalidate' | 'watch', token: string, aheadMs: number }} Order */

const { REDIS_URL = '', API_URL = '', SECRET_KEY = '' } = process.env;
let aheadMs = 0;
const store = createKeyv({ url: REDIS_URL, socket: { reconnectStrategy: 20 }, disableOfflineQueue: true });
store.on('error', () => undefined);

const create = (/** @type {Partial<import('bailiff').AuthenticatorOptions>} */ options) =>
  createAuthenticator(
    {
      secretKey: SECRET_KEY,
      publishableKey: PUBLISHABLE_KEY,
      apiUrl: API_URL,
      acceptsToken: 'any',
      now: () => Date.now() + aheadMs,
      cache: { machineTokens: { store } },
      ...options,
    },
    {},
  );
/** @param {import('bailiff').Authenticator} authenticator @param {string} token */
const use = async (authenticator, token) =>
  (
    await authenticator.authenticateRequest({
      method: 'GET',
      url: 'https://app.fleet.example/',
      header: (name) => (name === 'authorization' ? `Bearer ${token}` : null),
    })
  ).status;
/** Comparable between the processes of a machine, in milliseconds. */
const moment = () => performance.timeOrigin + performance.now();

// Code that runs for the first time is slow, and a look at the store has 50 ms: another instance's keys and tokens go first.
const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const jwks = { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'ins_other', alg: 'RS256', use: 'sig' }] };
for (const [name, body] of Object.entries({ jwks, key: { object: 'api_key' } })) {
  const fetch = () => Promise.resolve(Response.json(body));
  const other = create({ secretKey: `sk_live_other${name.padEnd(28, 'x')}${process.pid}`, fetch });
  await other.warmup().catch(() => undefined);
  for (let index = 0; index < 20; index++) await use(other, `ak_${String(index).padStart(32, '0')}`);
}
const authenticator = create({});

/** @type {Record<Order['do'], (token: string) => Promise<unknown>>} */
const orders = {
  ask: (token) => use(authenticator, token),
  /** Of the keys, in milliseconds. */
  age: () => Promise.resolve(authenticator.health().ageMs),
  async invalidate(token) {
    const began = moment();
    await authenticator.invalidate(token);
    return { began, ended: moment() };
  },
  /** Uses a token every few milliseconds until it is refused. Tells when the last request came that it passed in. */
  async watch(token) {
    for (let last = 0; ; await sleep(2)) {
      const came = moment();
      if ((await use(authenticator, token)) === 'signed-out') return { last };
      last = came;
    }
  },
};
process.on('message', (/** @type {Order & { id: number }} */ { id, do: what, token, aheadMs: ahead }) => {
  aheadMs = ahead;
  void orders[what](token).then((answer) => process.send?.({ id, answer }));
});
process.send?.({ ready: true });

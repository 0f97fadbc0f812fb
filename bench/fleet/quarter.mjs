/**
 * A quarter of an hour in the life of a fleet, in which everything happens that a year has: all members start at once, a deploy makes all
 * caches cold, the signing key is rotated, Clerk and the store are down for a minute each, somebody sends made-up credentials, and an API
 * key is revoked.
 */
import { createClerk } from './clerk.mjs';
import { createFleet, loadEverything } from './fleet.mjs';
import { createRandom } from './random.mjs';
import { createStore } from './store.mjs';
import { createTime } from './time.mjs';
import { installWebCrypto } from './webcrypto.mjs';

const SECOND = 1_000;
const MINUTE = 60_000;
export const LENGTH_MS = 15 * MINUTE;
/** Members come up within this time. */
const START_MS = 300;

/** What happens when; `label` is for the plot. */
export const EVENTS = Object.freeze({
  deploy: { at: 3 * MINUTE, label: 'deploy' },
  rotation: { at: 5 * MINUTE, label: 'rotation' },
  clerkDown: { at: 7 * MINUTE, label: 'Clerk down' },
  clerkUp: { at: 8 * MINUTE, label: '' },
  storeDown: { at: 9.5 * MINUTE, label: 'store down' },
  storeUp: { at: 10.5 * MINUTE, label: '' },
  attack: { at: 11.5 * MINUTE, label: 'made up' },
  attackEnds: { at: 13 * MINUTE, label: '' },
  revocation: { at: 14 * MINUTE, label: 'revocation' },
});

/**
 * @typedef {object} Traffic requests a second of the whole fleet; each goes to a member by chance
 * @property {number} sessions
 * @property {number} users
 * @property {number} apiKeys requests with one of `keys` API keys
 * @property {number} keys
 * @property {number} madeUp while the attack lasts: half of them session tokens, half API keys
 *
 * @typedef {object} Settings
 * @property {number} members
 * @property {boolean} withStore
 * @property {Traffic} traffic
 * @property {number} [ttlMs] of verified machine tokens, default 10 s
 * @property {number} [seed]
 *
 * @typedef {Awaited<ReturnType<typeof runQuarter>>} Quarter
 * @typedef {import('./fleet.mjs').Outcome} Outcome
 */

/** @param {Settings} settings */
export async function runQuarter({ members, withStore, traffic, ttlMs = 10 * SECOND, seed = 1 }) {
  await loadEverything();
  const time = createTime();
  const random = createRandom(seed);
  const clerk = createClerk(time, random);
  const store = withStore ? createStore(time, random) : null;
  /** @type {Outcome[]} */
  const outcomes = [];
  const takeBack = [time.install(), installWebCrypto()];
  try {
    const start = time.now();
    const end = start + LENGTH_MS;
    const fleet = createFleet({ members, time, clerk, store, ttlMs, note: (outcome) => void outcomes.push(outcome) });
    clerk.addApiKeys(traffic.keys);

    const someone = () => random.below(members);
    const sessionToken = () => clerk.sessionToken(random.below(traffic.users));
    const startAll = () => {
      // A readiness probe, or the first request that the balancer sends.
      for (let index = 0; index < members; index++)
        time.at(time.now() + random.next() * START_MS, () => fleet.ask(index, sessionToken()));
    };
    /** @param {number} perSecond @param {() => void} request @param {number} [from] @param {number} [until] */
    const stream = (perSecond, request, from = START_MS, until = LENGTH_MS) => {
      if (perSecond <= 0) return;
      const next = () => {
        request();
        const at = time.now() + random.gap(SECOND / perSecond);
        if (at < start + until) time.at(at, next);
      };
      time.at(start + from, next);
    };
    const on = (/** @type {{ at: number }} */ { at }, /** @type {() => unknown} */ run) =>
      void time.at(start + at, run);

    startAll();
    stream(traffic.sessions, () => fleet.ask(someone(), sessionToken()));
    stream(traffic.apiKeys, () => fleet.ask(someone(), clerk.apiKey(random.below(traffic.keys))));
    const { attack, attackEnds } = EVENTS;
    stream(traffic.madeUp / 2, () => fleet.ask(someone(), clerk.forgedToken()), attack.at, attackEnds.at);
    stream(traffic.madeUp / 2, () => fleet.ask(someone(), clerk.inventedApiKey()), attack.at, attackEnds.at);

    on(EVENTS.deploy, () => (fleet.deploy(), startAll()));
    on(EVENTS.rotation, () => clerk.rotate());
    on({ at: EVENTS.rotation.at + 90 * SECOND }, () => clerk.withdraw());
    on(EVENTS.clerkDown, () => clerk.become('failing'));
    on({ at: (EVENTS.clerkDown.at + EVENTS.clerkUp.at) / 2 }, () => clerk.become('silent'));
    on(EVENTS.clerkUp, () => clerk.become('up'));
    on(EVENTS.storeDown, () => store?.become('refusing'));
    on({ at: (EVENTS.storeDown.at + EVENTS.storeUp.at) / 2 }, () => store?.become('hanging'));
    on(EVENTS.storeUp, () => store?.become('up'));
    const revoked = clerk.apiKey(0).token;
    const revocation = { at: 0, toldAfterMs: 0 };
    on(EVENTS.revocation, async () => {
      clerk.revoke(revoked);
      revocation.at = time.now();
      await fleet.invalidate(someone(), revoked);
      revocation.toldAfterMs = time.now() - revocation.at;
    });

    await time.run(end);
    return { start, members, withStore, traffic, ttlMs, calls: clerk.calls, outcomes, revoked, revocation };
  } finally {
    for (const undo of takeBack) undo();
  }
}

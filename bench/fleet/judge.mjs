/** What a quarter of an hour comes to: who was treated wrongly, who waited, and what Clerk was asked. */
import { EVENTS, LENGTH_MS } from './quarter.mjs';

/** @typedef {import('./quarter.mjs').Quarter} Quarter */
/** @typedef {ReturnType<typeof judge>} Judgement */

/** Longer than any look at the store: such a request has waited for Clerk, or for a member that was asking Clerk. */
const LONG_MS = 20;
/** Until an answer of Clerk's has come and is in the store. */
export const AT_ONCE_MS = 500;
export const BUCKET_MS = 15_000;

/** @param {Quarter} quarter */
export function judge({ start, ttlMs, withStore, calls, outcomes, revoked, revocation }) {
  const refusedWrongly = outcomes.filter(
    ({ good, status }) => good && status !== 'signed-in' && status !== 'unavailable',
  );
  // A revoked API key passes for as long as its verdict may be kept: with a store until the invalidation is told, else the TTL.
  const passesUntil = revocation.at + (withStore ? revocation.toldAfterMs : ttlMs);
  const acceptedWrongly = outcomes.filter(
    ({ good, status, token, at }) => !good && status === 'signed-in' && !(token === revoked && at < passesUntil),
  );
  const between = (/** @type {number} */ from, /** @type {number} */ to, /** @type {'jwks' | 'api_key'} */ what) =>
    calls.filter((call) => call.what === what && call.at >= start + from && call.at < start + to).length;
  const count = (/** @type {(outcome: Quarter['outcomes'][number]) => boolean} */ which) =>
    outcomes.filter(which).length;

  const buckets = Array.from({ length: LENGTH_MS / BUCKET_MS }, (_, index) => ({
    from: index * BUCKET_MS,
    calls: 0,
    requests: 0,
    waited: 0,
  }));
  const bucketOf = (/** @type {number} */ at) => buckets[Math.floor((at - start) / BUCKET_MS)];
  for (const { at } of calls) {
    const bucket = bucketOf(at);
    if (bucket !== undefined) bucket.calls += 1;
  }
  for (const { at, waitedMs } of outcomes) {
    const bucket = bucketOf(at);
    if (bucket === undefined) continue;
    bucket.requests += 1;
    if (waitedMs >= LONG_MS) bucket.waited += 1;
  }

  const { storeDown, storeUp } = EVENTS;
  const isInOrder = (/** @type {number} */ at) => at >= start + EVENTS.rotation.at && at < start + EVENTS.clerkDown.at;
  const isWhileDown = (/** @type {number} */ at) => at >= start + storeDown.at && at < start + storeUp.at;
  const questions = calls.filter(({ what }) => what === 'api_key');
  const whileDown = gaps(
    questions.filter(({ at }) => isWhileDown(at)),
    ({ member, about }) => `${member} ${about}`,
  );
  /** Of the fleet about one API key, while nothing is out of order. */
  const inOrder = gaps(
    questions.filter(({ at }) => isInOrder(at)),
    ({ about }) => about,
  );
  const waitsWhileDown = outcomes.filter(({ at }) => isWhileDown(at)).map(({ waitedMs }) => waitedMs);

  const waits = outcomes.map(({ waitedMs }) => waitedMs).sort((a, b) => a - b);
  return {
    requests: outcomes.length,
    refusedWrongly: refusedWrongly.length,
    acceptedWrongly: acceptedWrongly.length,
    /** When those came that could not be decided, since the start. */
    undecided: outcomes.filter(({ status }) => status === 'unavailable').map(({ at }) => at - start),
    unavailable: count(({ status }) => status === 'unavailable') / outcomes.length,
    waited: count(({ waitedMs }) => waitedMs >= LONG_MS) / outcomes.length,
    p99Ms: waits[Math.floor(waits.length * 0.99)] ?? 0,
    longestMs: waits.at(-1) ?? 0,
    /** JWKS loads of a fleet that starts at once: in the first second, and with the second deploy. */
    loadsAtStart: between(0, 1_000, 'jwks'),
    loadsAtDeploy: between(EVENTS.deploy.at, EVENTS.deploy.at + 1_000, 'jwks'),
    loadsAtRotation: between(EVENTS.rotation.at, EVENTS.rotation.at + 60_000, 'jwks'),
    loads: between(0, LENGTH_MS, 'jwks'),
    verifications: between(0, LENGTH_MS, 'api_key'),
    verificationsWhileStoreDown: between(EVENTS.storeDown.at, EVENTS.storeUp.at, 'api_key'),
    /** Between two questions of one member about one API key, while the store was down. */
    closestWhileStoreDownMs: Math.min(...whileDown),
    /** Questions of the fleet about a key that another member was asking for at that moment, and the least time between the others. */
    askedTogether: inOrder.filter((gap) => gap < AT_ONCE_MS).length / (inOrder.length + 1),
    closestMs: Math.min(...inOrder.filter((gap) => gap >= AT_ONCE_MS)),
    meanWaitWhileStoreDownMs: waitsWhileDown.reduce((sum, ms) => sum + ms, 0) / waitsWhileDown.length,
    /** In the two minutes before Clerk is down, when nothing is out of order: requests with API keys, and verifications, a minute. */
    apiKeyRequestsAMinute: count(({ token, at }) => token.startsWith('ak_') && isInOrder(at)) / 2,
    verificationsAMinute: between(EVENTS.rotation.at, EVENTS.clerkDown.at, 'api_key') / 2,
    loadsDuringAttack: between(EVENTS.attack.at, EVENTS.attackEnds.at, 'jwks'),
    revokedMs: Math.max(
      0,
      ...outcomes
        .filter(({ token, status, at }) => token === revoked && status === 'signed-in' && at > revocation.at)
        .map(({ at }) => at - revocation.at),
    ),
    buckets,
  };
}

/**
 * Milliseconds between one call and the next that belongs to it.
 * @template {{ at: number }} C
 * @param {readonly C[]} calls
 * @param {(call: C) => string} of
 */
function gaps(calls, of) {
  /** @type {Map<string, number>} */
  const last = new Map();
  return calls.flatMap((call) => {
    const before = last.get(of(call));
    last.set(of(call), call.at);
    return before === undefined ? [] : [call.at - before];
  });
}

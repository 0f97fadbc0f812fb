/** A plan that the model and a real fleet carry out alike, so that what Clerk was asked can be compared step by step. */

/**
 * @typedef {object} World
 * @property {number} members
 * @property {string} sessionToken
 * @property {readonly string[]} apiKeys
 * @property {(indexes: readonly number[], token: string) => Promise<readonly string[]>} ask a request to each of these members at once
 * @property {(ms: number) => unknown} advance
 * @property {(isDown: boolean) => unknown} setStoreDown
 * @property {() => { jwks: number, apiKey: number }} counts so far
 * @property {() => Promise<unknown>} written until the entry of the last answer is in the store
 * @property {() => Promise<unknown>} renewed until all members have keys that were loaded a moment ago
 *
 * @typedef {{ step: string, jwks: number, apiKey: number }} Counted calls that a step made
 */

export const TTL_MS = 10_000;
/** A store that has failed is left alone for a second. */
const REST_MS = 1_000;
/** From here on keys are loaded ahead of time. */
const AHEAD_MS = 245_000;

/** @param {World} world @returns {Promise<Counted[]>} */
export async function carryOut(world) {
  const { sessionToken, apiKeys, ask, advance, setStoreDown, counts, written, renewed } = world;
  const everyone = Array.from({ length: world.members }, (_, index) => index);
  const all = (/** @type {string} */ token) => ask(everyone, token);
  const inTurn = async () => {
    /** @type {string[]} */
    const statuses = [];
    for (const token of apiKeys)
      for (const index of everyone) {
        statuses.push(...(await ask([index], token)));
        await written();
      }
    return statuses;
  };
  const ahead = async () => {
    await advance(AHEAD_MS);
    const statuses = await all(sessionToken);
    await renewed();
    return statuses;
  };

  /** @type {readonly (readonly [step: string, run: () => Promise<readonly string[]>])[]} */
  const steps = [
    ['all start at once', () => all(sessionToken)],
    ['each uses each API key', inTurn],
    ['the same again', inTurn],
    ['verdicts have ended', async () => (await advance(TTL_MS + 1), inTurn())],
    ['keys are due ahead of time', ahead],
    ['verdicts have ended again', inTurn],
    ['the store is down, verdicts live', () => (setStoreDown(true), inTurn())],
    ['the store is down, verdicts have ended', async () => (await advance(TTL_MS + 1), inTurn())],
    ['the store is down, the same again', inTurn],
    [
      'the store is back, verdicts have ended',
      async () => (setStoreDown(false), await advance(TTL_MS + REST_MS), inTurn()),
    ],
  ];
  const counted = [];
  for (const [step, run] of steps) {
    const before = counts();
    const refused = (await run()).filter((status) => status !== 'signed-in');
    if (refused.length > 0) throw new Error(`${step}: ${refused.length} requests were ${refused[0]}.`);
    const after = counts();
    counted.push({ step, jwks: after.jwks - before.jwks, apiKey: after.apiKey - before.apiKey });
  }
  return counted;
}

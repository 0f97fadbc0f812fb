/** The plan in the model and in a real fleet of the same size. */
import { setTimeout as sleep } from 'node:timers/promises';
import { createClerk } from './clerk.mjs';
import { createFleet, loadEverything } from './fleet.mjs';
import { carryOut, TTL_MS } from './plan.mjs';
import { createRandom } from './random.mjs';
import { createStore } from './store.mjs';
import { createTime } from './time.mjs';
import { installWebCrypto } from './webcrypto.mjs';

const KEYS = 3;
/** A round trip to the store and back, and a little more. */
const WRITTEN_MS = 10;
/** In the model, until a member has given up waiting for the keys of another. */
const RENEWED_MS = 2_000;
/** Beyond the whole plan. */
const LASTING_MS = 86_400_000;

/** @param {number} members */
export async function inModel(members) {
  await loadEverything();
  const time = createTime();
  const random = createRandom(1);
  const clerk = createClerk(time, random);
  const store = createStore(time, random);
  clerk.addApiKeys(KEYS);
  const takeBack = [time.install(), installWebCrypto()];
  try {
    /** @type {string[]} */
    let statuses = [];
    const note = (/** @type {{ status: string }} */ { status }) => void statuses.push(status);
    const fleet = createFleet({ members, time, clerk, store, ttlMs: TTL_MS, note });
    const count = (/** @type {'jwks' | 'api_key'} */ which) => clerk.calls.filter(({ what }) => what === which).length;
    return await carryOut({
      members,
      sessionToken: clerk.sessionToken(1, LASTING_MS).token,
      apiKeys: Array.from({ length: KEYS }, (_, index) => clerk.apiKey(index).token),
      async ask(indexes, token) {
        statuses = [];
        for (const index of indexes) fleet.ask(index, { token, good: true });
        for (let waited = 0; statuses.length < indexes.length && waited < 10_000; waited += 1)
          await time.run(time.now() + 1);
        return statuses;
      },
      advance: (ms) => time.run(time.now() + ms),
      setStoreDown: (isDown) => store.become(isDown ? 'hanging' : 'up'),
      counts: () => ({ jwks: count('jwks'), apiKey: count('api_key') }),
      written: () => time.run(time.now() + WRITTEN_MS),
      renewed: () => time.run(time.now() + RENEWED_MS),
    });
  } finally {
    for (const undo of takeBack) undo();
  }
}

/** @param {import('./processes.mjs').Processes} processes @param {number} members */
export async function inProcesses({ clerk, order, advance, setStoreDown, counts }, members) {
  const made = await Promise.all(
    Array.from({ length: KEYS }, () => clerk.createApiKey({ subject: 'user_owner', scopes: ['read'] })),
  );
  const everyone = Array.from({ length: members }, (_, index) => index);
  const inAll = (/** @type {import('./member.mjs').Order['do']} */ what) =>
    Promise.all(everyone.map((index) => order(index, what, '')));
  return carryOut({
    members,
    sessionToken: await clerk.createSessionToken({ userId: 'user_ada', expiresInSeconds: LASTING_MS / 1000 }),
    apiKeys: made.map(({ secret }) => secret),
    ask: (indexes, token) => Promise.all(indexes.map(async (index) => String(await order(index, 'ask', token)))),
    ...{ advance, setStoreDown, counts },
    written: () => sleep(WRITTEN_MS),
    async renewed() {
      while ((await inAll('age')).some((age) => Number(age) > RENEWED_MS)) await sleep(WRITTEN_MS);
    },
  });
}

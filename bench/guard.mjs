/**
 * `npm run bench:guard`: a guard against regressions for every machine, however busy. It compares ratios of CPU time within
 * one process, never absolute times, and its limits are wide: what trips them is no noise. Needs `npm run build`.
 */
import { createPublicKey, verify } from 'node:crypto';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createAuthenticator } from 'bailiff';
import * as express from 'bailiff/express';
import * as hono from 'bailiff/hono';
import { startLocalInstance } from 'bailiff-local';
import { Hono } from 'hono';
import { createFixtures } from './lib/fixtures.mjs';
import { fresh, isSignedIn, must, view } from './lib/requests.mjs';
import { median } from './lib/stats.mjs';

const ROUNDS = 25;
const CALLS = 1000;
const UNSEEN = 200;

const fixtures = createFixtures();
const options = { secretKey: fixtures.secretKey, publishableKey: fixtures.publishableKey, jwtKey: fixtures.pem };
const key = createPublicKey(fixtures.pem);
const tokens = fixtures.mintMany(50);
const uat = Math.floor(Date.now() / 1000) - 60;

let turn = 0;
const next = () => tokens[turn++ % tokens.length] ?? '';
/** @typedef {import('./lib/requests.mjs').Headers} Headers */
const byHeader = (/** @type {string} */ token) => ({
  authorization: fresh(`Bearer ${token}`),
  host: fresh('app.bench.example'),
});
const byCookie = (/** @type {string} */ token) => ({
  cookie: fresh(`__client_uat=${uat}; __session=${token}; __clerk_db_jwt=dvb_bench`),
  host: fresh('app.bench.example'),
});
/** As little of a request as each framework needs, so that its own work does not hide ours. */
const webRequest = (/** @type {Headers} */ headers) =>
  /** @type {Request} */ (
    /** @type {unknown} */ ({
      method: 'GET',
      url: 'https://app.bench.example/invoices',
      headers: { get: (/** @type {string} */ name) => headers[name] ?? null },
    })
  );
const app = { get: () => () => false };
const nodeRequest = (/** @type {Headers} */ headers) =>
  /** @type {import('express').Request} */ (
    /** @type {unknown} */ ({ method: 'GET', originalUrl: '/invoices', headers, socket: {}, app })
  );
const nodeResponse = /** @type {import('express').Response} */ (/** @type {unknown} */ ({ headersSent: false }));

const ok = new Response('ok');
/** @type {import('hono').MiddlewareHandler} */
const pass = (_, onward) => onward();
const bareHono = new Hono().use(pass).get('/invoices', pass, () => ok);
const guardedHono = new Hono()
  .use(hono.clerkMiddleware(options))
  .get('/invoices', hono.requirePermission(fixtures.permission), () => ok);
const middleware = express.clerkMiddleware(options);
const guard = express.requirePermission(fixtures.permission);
const authenticator = createAuthenticator(options);

const raw = (/** @type {string} */ token) => {
  const end = token.lastIndexOf('.');
  must(verify('RSA-SHA256', Buffer.from(token.slice(0, end)), key, Buffer.from(token.slice(end + 1), 'base64url')));
};
const throughExpress = (/** @type {Headers} */ headers) => {
  const [req, res] = [nodeRequest(headers), nodeResponse];
  let through = false;
  middleware(req, res, (/** @type {unknown} */ error) => {
    must(!error);
    guard(req, res, (/** @type {unknown} */ refusal) => (through = !refusal));
  });
  must(through && req.auth.isAuthenticated);
};

const contestants = {
  raw: () => raw(next()),
  making: () => must(view(byHeader(next())).header('host') !== undefined),
  header: () => must(isSignedIn(authenticator.authenticate(view(byHeader(next()))))),
  cookies: () => must(isSignedIn(authenticator.authenticate(view(byCookie(next()))))),
  express: () => throughExpress(byHeader(next())),
  bareHono: async () => must((await bareHono.fetch(webRequest(byHeader(next())))).ok),
  hono: async () => must((await guardedHono.fetch(webRequest(byHeader(next())))).ok),
};

/**
 * CPU time of this process for each call, in microseconds.
 * @param {(index: number) => unknown} call
 * @param {number} times
 */
async function cpuOf(call, times) {
  const before = process.cpuUsage();
  for (let i = 0; i < times; i++) {
    const pending = call(i);
    if (pending instanceof Promise) await pending;
  }
  const { user, system } = process.cpuUsage(before);
  return (user + system) / times;
}

/** @typedef {keyof typeof contestants | 'rawUnseen' | 'unseen'} Sampled */
/** @type {Record<Sampled, number[]>} */
const samples = {
  ...{ raw: [], making: [], header: [], cookies: [], express: [], bareHono: [], hono: [] },
  ...{ rawUnseen: [], unseen: [] },
};
const names = /** @type {(keyof typeof contestants)[]} */ (Object.keys(contestants));
/** Code that runs for the first time is not what is compared. */
const warmUp = fixtures.mintMany(2000, 1_000_000);
for (const token of warmUp) must(isSignedIn(await authenticator.authenticate(view({ authorization: token }))));
// The first use of a token is answered by a promise. From then on it is a repeat, which is answered at once.
for (const token of tokens) {
  must(isSignedIn(await authenticator.authenticate(view(byHeader(token)))));
  must(isSignedIn(await authenticator.authenticate(view(byCookie(token)))));
  must((await guardedHono.fetch(webRequest(byHeader(token)))).ok);
  await new Promise((resolve) => middleware(nodeRequest(byHeader(token)), nodeResponse, resolve));
}
for (let round = 0; round < ROUNDS; round++) {
  for (const name of names) samples[name].push(await cpuOf(contestants[name], CALLS));
  const batch = fixtures.mintMany(UNSEEN, 1000 + round * UNSEEN);
  const meet = async (/** @type {number} */ i) =>
    must(isSignedIn(await authenticator.authenticate(view({ authorization: `Bearer ${batch[i]}` }))));
  samples.rawUnseen.push(await cpuOf((i) => raw(batch[i] ?? ''), UNSEEN));
  samples.unseen.push(await cpuOf(meet, UNSEEN));
}
/** The first rounds are not counted. */
const settled = (/** @type {readonly number[]} */ values) => median(values.slice(5));
const cost = (/** @type {Sampled} */ name) => settled(samples[name]);
const above = (/** @type {Sampled} */ name, /** @type {Sampled} */ base) =>
  Math.max(0, cost(name) - cost(base)) / cost('raw');

/** The offline instance, without a socket: what a list costs must not depend on how many users there are. */
async function offline(/** @type {number} */ count) {
  const users = Array.from({ length: count }, (_, index) => ({ email_address: `user${index}@example.test` }));
  const clerk = await startLocalInstance({ listen: false, seed: { users } });
  const list = async () =>
    must(
      (await clerk.fetch(`${clerk.apiUrl}/v1/users`, { headers: { authorization: `Bearer ${clerk.secretKey}` } })).ok,
    );
  const mint = () => clerk.createSessionToken({ userId: 'user_1', orgId: 'org_1', role: 'org:admin' });
  return { clerk, list, mint };
}
const [few, many] = [await offline(10), await offline(10_000)];
/** @type {Record<'few' | 'many' | 'mint' | 'reset', number[]>} */
const instance = { few: [], many: [], mint: [], reset: [] };
for (let round = 0; round < ROUNDS; round++) {
  instance.few.push(await cpuOf(few.list, 100));
  instance.many.push(await cpuOf(many.list, 100));
  instance.mint.push(await cpuOf(few.mint, 20));
  instance.reset.push(await cpuOf(() => many.clerk.reset(), 20));
}
for (const { clerk } of [few, many]) await clerk.close();
const local = (/** @type {keyof typeof instance} */ name) => settled(instance[name]);

/** Kilobytes that one more authenticator keeps after its first token. */
async function heapOfAuthenticator() {
  setFlagsFromString('--expose-gc');
  /** @type {unknown} */
  const gc = runInNewContext('gc');
  const collect = /** @type {() => void} */ (gc);
  const make = async () => {
    const made = createAuthenticator(options);
    must(isSignedIn(await made.authenticate(view(byHeader(next())))));
    return made;
  };
  const used = () => (collect(), collect(), process.memoryUsage().heapUsed);
  const kept = [];
  for (let i = 0; i < 20; i++) kept.push(await make());
  const before = used();
  for (let i = 0; i < 100; i++) kept.push(await make());
  return (used() - before) / 100 / 1000;
}
const heap = await heapOfAuthenticator();

/**
 * Of a raw RSA check (20 µs where these were measured). The limits are two to five times what was reached.
 * @type {[what: string, value: number, limit: number][]}
 */
const LIMITS = [
  ['a repeat token in a header', above('header', 'making'), 0.25],
  ['a repeat token in cookies', above('cookies', 'making'), 0.5],
  ['Express, middleware and guard', above('express', 'making'), 0.3],
  ['Hono, middleware and guard, above bare Hono', above('hono', 'bareHono'), 0.3],
  ['an unseen token', cost('unseen') / cost('rawUnseen'), 3],
  ['offline instance: a session token', local('mint') / cost('raw'), 100],
  ['offline instance: reset() with 10,000 users', local('reset') / cost('raw'), 100],
  ['offline instance: users of 10,000, above 10', Math.max(0, local('many') - local('few')) / cost('raw'), 10],
];
for (const [what, value, limit] of LIMITS)
  console.log(
    `${value <= limit ? 'ok    ' : 'FAILED'} ${what.padEnd(45)} ${value.toFixed(3)} of an RSA check, limit ${limit}`,
  );
const HEAP_LIMIT = 30;
console.log(
  `${heap <= HEAP_LIMIT ? 'ok    ' : 'FAILED'} ${'heap of an authenticator'.padEnd(45)} ${heap.toFixed(1)} kB, limit ${HEAP_LIMIT}`,
);
process.exitCode = heap <= HEAP_LIMIT && LIMITS.every(([, value, limit]) => value <= limit) ? 0 : 1;

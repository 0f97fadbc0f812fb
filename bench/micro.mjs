/** Microseconds for each call, in process: a token seen before, a token never seen, a machine token seen before. */
import { createPublicKey, verify as rawVerify } from 'node:crypto';
import { createServer } from 'node:http';
import { createClerkClient } from '@clerk/backend';
import { JwtRsaVerifier } from 'aws-jwt-verify';
import { createAuthenticator } from 'bailiff';
import { createVerifier as createFastJwt } from 'fast-jwt';
import { importJWK, jwtVerify } from 'jose';
import { measure } from 'mitata';
import { createFixtures } from './lib/fixtures.mjs';
import { fresh, view as viewOf } from './lib/requests.mjs';
import { interleave } from './lib/stats.mjs';

const URL_OF_APP = 'https://app.bench.example/invoices';

const microseconds = (/** @type {{ p50: number }} */ stats) => stats.p50 / 1000;
const header = (/** @type {string} */ token) => ({ authorization: `Bearer ${token}`, host: 'app.bench.example' });
const view = (/** @type {import('./lib/requests.mjs').Headers} */ headers) => viewOf(headers, URL_OF_APP);

export async function measureRepeat({ rounds = 7 } = {}) {
  const fixtures = createFixtures();
  const token = fixtures.mint(1);
  const uat = Math.floor(Date.now() / 1000) - 60;
  const cookie = `__client_uat=${uat}; __session=${token}; __clerk_db_jwt=dvb_bench`;
  const options = { secretKey: fixtures.secretKey, publishableKey: fixtures.publishableKey, jwtKey: fixtures.pem };
  const bailiff = createAuthenticator(options);
  const clerk = createClerkClient({ ...options, telemetry: { disabled: true } });
  const key = createPublicKey(fixtures.pem);
  const [input, signature] = [
    Buffer.from(token.slice(0, token.lastIndexOf('.'))),
    Buffer.from(token.slice(token.lastIndexOf('.') + 1), 'base64url'),
  ];

  const check = async (/** @type {Promise<{ isAuthenticated: boolean, reason?: unknown }>} */ state) => {
    const { isAuthenticated, reason } = await state;
    if (!isAuthenticated) throw new Error(`a contestant refused the token: ${String(reason)}`);
  };
  const byHeader = () => bailiff.authenticateRequest(view(header(fresh(token))));
  const byCookie = () => bailiff.authenticateRequest(view({ cookie: fresh(cookie), host: 'app.bench.example' }));
  const clerkHeader = () => clerk.authenticateRequest(new Request(URL_OF_APP, { headers: header(token) }));
  const clerkCookie = () =>
    clerk.authenticateRequest(new Request(URL_OF_APP, { headers: { cookie, host: 'app.bench.example' } }));
  for (const contestant of [byHeader, byCookie, clerkHeader, clerkCookie]) await check(contestant());

  const timed = (/** @type {string} */ name, /** @type {() => unknown} */ run) => ({
    name,
    run: async () => microseconds(await measure(run, { min_cpu_time: 2e8 })),
  });
  return interleave(
    [
      timed('raw RSA check', () => rawVerify('RSA-SHA256', input, key, signature)),
      timed('bailiff, header', byHeader),
      timed('bailiff, cookies', byCookie),
      timed('@clerk/backend, header', clerkHeader),
      timed('@clerk/backend, cookies', clerkCookie),
    ],
    rounds,
  );
}

export async function measureUnseen({ rounds = 41, tokens = 120 } = {}) {
  const fixtures = createFixtures();
  const options = { secretKey: fixtures.secretKey, publishableKey: fixtures.publishableKey, jwtKey: fixtures.pem };
  const clerk = createClerkClient({ ...options, telemetry: { disabled: true } });
  const key = createPublicKey(fixtures.pem);
  const joseKey = await importJWK(fixtures.jwk, 'RS256');
  const fastJwt = createFastJwt({ key: fixtures.pem, algorithms: ['RS256'], cache: false });
  const aws = JwtRsaVerifier.create({
    issuer: 'https://clerk.bench.example',
    audience: null,
    jwksUri: 'https://clerk.bench.example/jwks',
  });
  aws.cacheJwks({ keys: [{ ...fixtures.jwk, kty: 'RSA' }] });
  const bailiff = createAuthenticator(options);
  let minted = 0;
  /** @type {string[]} */
  let batch = [];

  /**
   * Each round meets tokens that nobody has seen; one call after the other, as on a single connection. Rounds are short and
   * many, so that the median is not that of rounds which the machine interrupted.
   */
  const over = (/** @type {string} */ name, /** @type {(token: string) => unknown} */ call) => ({
    name,
    async run() {
      const arriving = batch.map(fresh);
      const start = performance.now();
      for (const token of arriving) {
        const pending = call(token);
        if (pending instanceof Promise) await pending;
      }
      return ((performance.now() - start) * 1000) / tokens;
    },
  });
  const split = (/** @type {string} */ token) => token.lastIndexOf('.');
  const contestants = [
    over('raw RSA check', (token) => {
      const end = split(token);
      if (
        !rawVerify('RSA-SHA256', Buffer.from(token.slice(0, end)), key, Buffer.from(token.slice(end + 1), 'base64url'))
      )
        throw new Error('refused');
    }),
    over('bailiff', (token) => bailiff.authenticateRequest(view(header(token)))),
    over('@clerk/backend', (token) => clerk.authenticateRequest(new Request(URL_OF_APP, { headers: header(token) }))),
    over('jose', (token) => jwtVerify(token, joseKey, { algorithms: ['RS256'] })),
    over('fast-jwt', (token) => fastJwt(token)),
    over('aws-jwt-verify', (token) => aws.verifySync(token)),
  ];
  // Nobody is measured while his code runs for the first time.
  const newTokens = () => (batch = fixtures.mintMany(tokens, (minted += tokens)));
  await interleave(contestants, 15, newTokens);
  return interleave(contestants, rounds, newTokens);
}

/** An API key used again and again: how often Clerk is asked, and what each use costs. */
export async function measureMachine({ uses = 20_000 } = {}) {
  const fixtures = createFixtures();
  let calls = 0;
  const secret = `ak_${'a'.repeat(32)}`;
  const body = JSON.stringify({
    object: 'api_key',
    id: 'ak_1',
    type: 'api_key',
    name: 'bench',
    subject: 'user_1',
    scopes: ['a'],
    claims: null,
    revoked: false,
    revocation_reason: null,
    expired: false,
    expiration: null,
    created_by: null,
    description: null,
    last_used_at: null,
    created_at: 1,
    updated_at: 1,
  });
  const server = createServer((_, res) => {
    calls++;
    res.setHeader('content-type', 'application/json').end(body);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  const bailiff = createAuthenticator({
    secretKey: fixtures.secretKey,
    publishableKey: fixtures.publishableKey,
    apiUrl: `http://127.0.0.1:${port}`,
    acceptsToken: 'api_key',
    now: () => 1_800_000_000_000,
  });
  const use = () => bailiff.authenticateRequest(view(header(fresh(secret))));
  const first = await use();
  if (!first.isAuthenticated) throw new Error(`the API key was refused: ${first.reason}`);
  for (let i = 0; i < uses; i++) await use();
  const stats = await measure(use, { min_cpu_time: 2e8 });
  server.close();
  return { microseconds: microseconds(stats), calls };
}

/** Far more tokens than the cache holds: memory must stay flat. */
export async function measureEviction({ tokens = 50_000, max = 5_000 } = {}) {
  const fixtures = createFixtures();
  const bailiff = createAuthenticator({
    publishableKey: fixtures.publishableKey,
    secretKey: fixtures.secretKey,
    jwtKey: fixtures.pem,
    cache: { sessionTokens: { max } },
  });
  const heap = () => (globalThis.gc?.(), process.memoryUsage().heapUsed / 1e6);
  const marks = [];
  const step = tokens / 10;
  let spent = 0;
  for (let done = 0; done < tokens; done += step) {
    const batch = fixtures.mintMany(step, done);
    const start = performance.now();
    for (const token of batch) await bailiff.authenticateRequest(view(header(token)));
    spent += performance.now() - start;
    batch.length = 0;
    marks.push(heap());
  }
  return { tokens, max, heapMb: marks, microseconds: (spent * 1000) / tokens };
}

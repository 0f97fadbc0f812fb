/** In workerd, which ends what a request has begun when its answer is out: what goes on behind the answer comes to its end. */
import { fileURLToPath } from 'node:url';
import { Miniflare, Response, type Request } from 'miniflare';
import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { bundleForWorkers, fromSources } from '../../scripts/bundle-for-workers.mjs';
import { deferred, type Deferred } from '../support/deferred.js';
import { apiKeyAnswer, createKey, jwksOf, sessionToken, T0 } from '../support/tokens.js';

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const key = createKey('RS256', { kid: 'ins_worker' });
const token = (jti: string) => sessionToken(key, { jti, exp: T0 / 1000 + 1e6 });
const API_KEY = 'ak_worker'.padEnd(35, '0');
/** Past the point where keys are loaded ahead of time, and before they run out. */
const LATER = T0 + 300_000 * 0.9;

let worker: Miniflare;
let stored: Map<string, string>;
let jwksCalls: number;
/** What the Backend API or the store may not answer yet. */
let held: Deferred<void> | null;
/** Whether that begins with the next answer. */
let holdsNext = false;

async function outside(request: Request): Promise<Response> {
  const { hostname, pathname } = new URL(request.url);
  if (pathname === '/v1/jwks') {
    jwksCalls += 1;
    await held?.promise;
    if (holdsNext) held = deferred();
    return Response.json(jwksOf(key));
  }
  if (pathname === '/api_keys/verify') return Response.json(apiKeyAnswer());
  if (hostname !== 'store.example') return new Response(null, { status: 404 });
  if (request.method === 'PUT') stored.set(pathname, await request.text());
  if (pathname === '/ready') await held?.promise;
  return new Response(null, { status: 204 });
}

beforeAll(async () => {
  const contents = await bundleForWorkers({ entryPoints: [at('worker.ts')], plugins: [fromSources] });
  worker = new Miniflare({
    modules: [{ type: 'ESModule', path: 'worker.mjs', contents }],
    compatibilityDate: '2026-01-01',
    outboundService: outside,
  });
  await worker.ready;
});
beforeEach(() => {
  stored = new Map();
  jwksCalls = 0;
  held = null;
});
afterAll(() => worker.dispose());

async function get(path: string, credential: string | null, now: number): Promise<string> {
  const authorization = credential === null ? null : { authorization: `Bearer ${credential}` };
  const answer = await worker.dispatchFetch(`https://acornbooks.example${path}`, {
    headers: { 'x-now': String(now), ...authorization },
  });
  return `${answer.status} ${await answer.text()}`;
}

it('a load of the keys ahead of time', async () => {
  expect(await get('/me', token('one'), T0)).toBe('200 user');
  held = deferred();
  // Answered with the keys that are there, while the Backend API has not said anything yet.
  expect(await get('/me', token('two'), LATER)).toBe('200 user');
  await vi.waitFor(() => expect(jwksCalls).toBe(2));
  expect(await get('/age', null, LATER)).toBe(`200 ${LATER - T0}`);
  held.resolve();
  await vi.waitFor(async () => expect(await get('/age', null, LATER)).toBe('200 0'), 10_000);
  expect(jwksCalls).toBe(2);
});

it('a write to the shared store', async () => {
  held = deferred();
  expect(await get('/machine', API_KEY, T0)).toBe('200 machine');
  expect(stored.size).toBe(0);
  held.resolve();
  await vi.waitFor(() => expect(stored.size).toBe(1), 10_000);
});

it('the keys for the other processes', async () => {
  // Too old to be used any more.
  const now = T0 + 86_400_000;
  holdsNext = true;
  expect(await get('/me', sessionToken(key, { exp: now / 1000 + 60 }), now)).toBe('200 user');
  holdsNext = false;
  const before = stored.size;
  held?.resolve();
  await vi.waitFor(() => expect(stored.size).toBe(before + 1), 10_000);
});

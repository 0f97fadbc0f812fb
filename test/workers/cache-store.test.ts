/** Isolates of one data center, in workerd, with the Cache API as their store (examples/hono-worker/cache-store.ts). */
import { fileURLToPath } from 'node:url';
import { Miniflare, Response, type Request } from 'miniflare';
import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { bundleForWorkers, fromSources } from '../../scripts/bundle-for-workers.mjs';
import { apiKeyAnswer, createKey, jwksOf, sessionToken } from '../support/tokens.js';

const key = createKey('RS256', { kid: 'ins_worker' });
const forged = createKey('RS256', { kid: 'ins_worker' });
const API_KEY = 'ak_worker'.padEnd(35, '0');
const tokenOf = (signer: typeof key) => sessionToken(signer, {}, {}, Date.now());
/** An isolate keeps what it has loaded: each of these starts cold. */
const ISOLATES = ['one', 'two', 'three'];

let code: string;
let workers: Miniflare;
let calls: string[];

beforeAll(async () => {
  const entry = fileURLToPath(new URL('cached.ts', import.meta.url));
  code = await bundleForWorkers({ entryPoints: [entry], plugins: [fromSources] });
});
beforeEach(async () => {
  calls = [];
  workers = new Miniflare({
    workers: ISOLATES.map((name) => ({
      name,
      modules: [{ type: 'ESModule' as const, path: 'worker.mjs', contents: code }],
      compatibilityDate: '2026-01-01',
      outboundService(request: Request) {
        const { pathname } = new URL(request.url);
        calls.push(pathname);
        return Response.json(pathname === '/v1/jwks' ? jwksOf(key) : apiKeyAnswer({}, Date.now()));
      },
    })),
  });
  await workers.ready;
});
afterEach(() => workers.dispose());

async function send(
  isolate: string,
  path: string,
  init: { headers?: Record<string, string>; method?: string; body?: string },
) {
  const worker = (await workers.getWorker(isolate)) as unknown as {
    fetch(url: string, how: typeof init): Promise<Response>;
  };
  const answer = await worker.fetch(`https://acornbooks.example${path}`, init);
  return `${answer.status} ${answer.status === 200 ? await answer.text() : ''}`.trim();
}
const get = (isolate: string, path: string, credential: string) =>
  send(isolate, path, { headers: { authorization: `Bearer ${credential}` } });
/** The entry of an answer is written behind it: until another isolate finds it, it asks as well. */
const callsFor = (path: string) => calls.filter((call) => call === path).length;

// A look at the store has 50 ms. Where the machine is too busy for one, an isolate asks Clerk itself, as it should.
it('loads the keys and asks for an API key once for all isolates', { retry: 3 }, async () => {
  for (const isolate of ISOLATES) {
    expect(await get(isolate, '/me', tokenOf(key))).toBe('200 user');
    expect(await get(isolate, '/machine', API_KEY)).toBe('200 machine');
  }
  expect(callsFor('/v1/jwks')).toBe(1);
  expect(callsFor('/api_keys/verify')).toBe(1);
});

it('accepts no key from another writer to the cache', async () => {
  const [first = '', ...others] = ISOLATES;
  expect(await get(first, '/me', tokenOf(key))).toBe('200 user');
  const replaced = await send(first, '/replace', { method: 'POST', body: JSON.stringify(jwksOf(forged)) });
  expect(replaced).toMatch(/^200 [1-9]/);
  for (const isolate of others) {
    expect(await get(isolate, '/me', tokenOf(forged))).toBe('401');
    expect(await get(isolate, '/me', tokenOf(key))).toBe('200 user');
  }
});

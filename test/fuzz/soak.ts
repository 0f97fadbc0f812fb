/**
 * `npm run soak [-- --seconds N --seed N]`: mixed load with key rotations, outages, clock steps and restarts of the
 * upstream. Every answer is checked against what it must be at that moment; memory must stay flat. Default: 600 s.
 */
import { parseArgs } from 'node:util';
import { createAuthenticator, type RequestView } from 'bailiff';
import { startJwksServer, PATHS } from '../support/jwks-server.js';
import { apiKeyAnswer, createClock, createKey, jwksOf, sessionToken, type TestKey } from '../support/tokens.js';
import { createRandom } from './mutate.js';

const { values } = parseArgs({ options: { seconds: { type: 'string' }, seed: { type: 'string' } } });
const seconds = Number(values.seconds ?? 600);
const seed = Number(values.seed ?? Date.now() % 1_000_000);
const random = createRandom(seed);
const STALE_MS = 3_600_000;
const COOLDOWN_MS = 30_000;

const keys: TestKey[] = Array.from({ length: 6 }, (_, index) => createKey('RS256', { kid: `ins_soak_${index}` }));
const stranger = createKey('RS256', { kid: 'ins_soak_0' });
let active = 0;
let up = true;
const clock = createClock();
/** When the keys were certainly loaded last, and when the last change of keys was. */
let loadedAt = -Infinity;
let changedAt = -Infinity;

const upstream = await startJwksServer();
function publish(): void {
  upstream.answer(PATHS.jwks, up ? { body: jwksOf(keys[active] as TestKey) } : { status: 503 });
  upstream.answer(PATHS.apiKey, (request) => {
    if (!up) return { status: 503 };
    const { secret } = request.body as { secret: string };
    return secret.startsWith('ak_good')
      ? { body: apiKeyAnswer({}, clock()) }
      : { status: 404, body: { errors: [{ code: 'resource_not_found', message: 'x' }] } };
  });
}
publish();

const authenticator = createAuthenticator({
  secretKey: 'sk_live_soaksoaksoaksoaksoaksoaksoak',
  publishableKey: 'pk_live_Y2xlcmsuYWNvcm5ib29rcy5leGFtcGxlJA',
  apiUrl: upstream.url,
  acceptsToken: 'any',
  now: clock,
});

const view = (token: string): RequestView => ({
  method: 'GET',
  url: 'https://app.acornbooks.example/x',
  header: (name) => (name === 'authorization' ? `Bearer ${token}` : null),
});

const counts: Record<string, number> = {};
const failures: string[] = [];
const heaps: number[] = [];

interface Probe {
  readonly name: string;
  readonly token: () => string;
  /** The statuses that are right at this moment. */
  readonly allowed: () => readonly string[];
}

/** Keys may not be loadable while Clerk is down or just came back (back-off), so `unavailable` is right then, never a sign-out. */
const settled = () => up && clock() - loadedAt < STALE_MS;
const probes: readonly Probe[] = [
  {
    name: 'good session',
    token: () => sessionToken(keys[active] as TestKey, { sub: `user_${random(50)}` }, {}, clock()),
    allowed: () =>
      clock() - changedAt < COOLDOWN_MS + 1000
        ? ['signed-in', 'signed-out', 'unavailable']
        : settled()
          ? ['signed-in']
          : ['signed-in', 'unavailable'],
  },
  {
    name: 'forged session',
    token: () => sessionToken(stranger, {}, { kid: (keys[active] as TestKey).kid }, clock()),
    allowed: () => ['signed-out', 'unavailable'],
  },
  {
    name: 'expired session',
    token: () => sessionToken(keys[active] as TestKey, {}, {}, clock() - 120_000),
    allowed: () => ['signed-out', 'unavailable'],
  },
  {
    name: 'good API key',
    token: () => `ak_good${'a'.repeat(24)}${random(20)}`,
    allowed: () => (up ? ['signed-in', 'unavailable'] : ['signed-in', 'unavailable']),
  },
  {
    name: 'bad API key',
    token: () => `ak_bad${'a'.repeat(24)}${random(20)}`,
    allowed: () => ['signed-out', 'unavailable'],
  },
  { name: 'garbage', token: () => 'x'.repeat(1 + random(200)), allowed: () => ['signed-out'] },
];

const EVENTS: readonly (() => void)[] = [
  () => {
    active = (active + 1) % keys.length;
    changedAt = clock();
  },
  () => (up = false),
  () => (up = true),
  () => clock.advance(random(20_000)),
  () => clock.advance(random(400_000)),
];

console.log(`soak: ${seconds} s, seed ${seed}`);
const end = performance.now() + seconds * 1000;
let steps = 0;
let unavailable = 0;
while (performance.now() < end && failures.length < 5) {
  if (steps % 200 === 0) {
    (EVENTS[random(EVENTS.length)] as () => void)();
    publish();
    if (up) {
      clock.advance(61_000);
      await authenticator.warmup().then(
        () => (loadedAt = clock()),
        () => undefined,
      );
    }
  }
  clock.advance(random(200));
  await Promise.all(
    Array.from({ length: 8 }, async () => {
      const probe = probes[random(probes.length)] as Probe;
      const allowed = probe.allowed();
      const state = await authenticator.authenticateRequest(view(probe.token()));
      counts[`${probe.name}: ${state.status}`] = (counts[`${probe.name}: ${state.status}`] ?? 0) + 1;
      if (state.status === 'unavailable') unavailable++;
      if (!allowed.includes(state.status))
        failures.push(`${probe.name} was ${state.status} (${state.reason}), allowed: ${allowed.join(', ')}`);
      if (state.isAuthenticated !== state.auth.isAuthenticated) failures.push(`${probe.name}: state and auth disagree`);
    }),
  );
  if (++steps % 2000 === 0) {
    globalThis.gc?.();
    heaps.push(process.memoryUsage().heapUsed / 1e6);
    upstream.forget();
  }
}
await upstream.close();

console.log(`${steps * 8} requests, ${unavailable} unavailable during outages`);
for (const [name, count] of Object.entries(counts).sort()) console.log(`  ${name}: ${count}`);
const [first = 0] = heaps;
const last = heaps.at(-1) ?? 0;
console.log(`heap MB: ${heaps.map((mb) => mb.toFixed(0)).join(', ')}`);
if (heaps.length > 3 && last > first * 1.5 + 40)
  failures.push(`the heap grew from ${first.toFixed(0)} to ${last.toFixed(0)} MB`);
for (const failure of failures) console.error(`FAILED (seed ${seed}): ${failure}`);
process.exitCode = failures.length === 0 ? 0 : 1;

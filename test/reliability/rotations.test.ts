/** Keys that change while others try made-up key ids, or before the JWKS shows it: what it costs good users, and Clerk. */
import { createAuthenticator } from 'bailiff';
import type { LocalInstance } from 'bailiff-local';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { callsOf, OPERATIONS, startClerk } from '../support/clerk.js';
import { withBearer } from '../support/requests.js';
import { createClock } from '../support/tokens.js';

const STEP_MS = 250;
const MINUTE_MS = 60_000;

let clerk: LocalInstance;
let clock: ReturnType<typeof createClock>;
beforeAll(async () => {
  clerk = await startClerk({ now: () => clock() });
});
beforeEach(() => {
  clock = createClock();
  clerk.reset();
});
afterAll(() => clerk.close());

/** A server that has its keys; `loads` of the JWKS count from then on. */
async function createServer() {
  const authenticator = createAuthenticator({
    secretKey: clerk.secretKey,
    publishableKey: 'pk_live_Y2xlcmsuYWNvcm5ib29rcy5leGFtcGxlJA',
    apiUrl: clerk.apiUrl,
    now: clock,
  });
  const state = (token: string) => authenticator.authenticateRequest(withBearer(token));
  const known = await session();
  expect((await state(known)).status).toBe('signed-in');
  const before = callsOf(clerk, OPERATIONS.jwks);
  let made = 0;
  return {
    state,
    known,
    loads: () => callsOf(clerk, OPERATIONS.jwks) - before,
    /** A token that names a key which never was; each names another. */
    tryMadeUp: async () => {
      const [header = '', ...rest] = known.split('.');
      const changed = JSON.parse(Buffer.from(header, 'base64url').toString()) as object;
      const kid = `ins_${made++}`;
      const token = [Buffer.from(JSON.stringify({ ...changed, kid })).toString('base64url'), ...rest].join('.');
      return (await state(token)).status;
    },
  };
}
type Server = Awaited<ReturnType<typeof createServer>>;

const session = () => clerk.createSessionToken({ expiresInSeconds: 86_400 });

/**
 * Uses a token of a new key until it is good. Gives the time that it took, in milliseconds. Each answer before is 503
 * with the time to come back.
 */
async function waitFor(server: Server, token: string, meanwhile: () => Promise<unknown> = async () => undefined) {
  for (let waitedMs = 0; waitedMs <= 10 * MINUTE_MS; waitedMs += STEP_MS) {
    const { status, headers, reason } = await server.state(token);
    if (status === 'signed-in') return waitedMs;
    expect([status, reason]).toEqual(['unavailable', 'jwk-kid-unchecked']);
    expect(Number(headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    expect(Number(headers.get('retry-after'))).toBeLessThanOrEqual(30);
    clock.advance(STEP_MS);
    await meanwhile();
  }
  throw new Error('A good token was never accepted.');
}

describe('a rotation', () => {
  it('is seen with the first token of the new key', async () => {
    const server = await createServer();
    clerk.rotateSigningKey();
    expect(await waitFor(server, await session())).toBe(0);
    expect(server.loads()).toBe(1);
  });

  it('waits 5 s just after one made-up key id', async () => {
    const server = await createServer();
    expect(await server.tryMadeUp()).toBe('signed-out');
    clerk.rotateSigningKey();
    expect(await waitFor(server, await session())).toBe(5_000);
    expect(server.loads()).toBe(2);
  });

  it.each([1_000, 4_000, 9_000, 20_000])(
    'waits 5 s at most if the JWKS shows it %d ms after the first tokens',
    async (lagMs) => {
      const server = await createServer();
      const behind = clerk.fail({ operation: OPERATIONS.jwks, body: clerk.state.keys.jwks() });
      clerk.rotateSigningKey();
      const token = await session();
      let askers = 0;
      for (let ms = 0; ms < lagMs; ms += STEP_MS) {
        const { status } = await server.state(token);
        // The token for whose sake a set was asked for is not in it: all that is known says that it is bad.
        if (status === 'signed-out') askers += 1;
        else expect(status).toBe('unavailable');
        clock.advance(STEP_MS);
      }
      expect(askers).toBe(server.loads());
      expect(askers).toBe(Math.ceil(lagMs / 5_000));
      behind.stop();
      expect(await waitFor(server, token)).toBeLessThanOrEqual(5_000);
    },
  );
});

describe('a flood of made-up key ids', () => {
  it('of 300 at once costs two loads at most', async () => {
    const server = await createServer();
    const statuses = await Promise.all(Array.from({ length: 300 }, () => server.tryMadeUp()));
    for (const status of statuses) expect(['signed-out', 'unavailable']).toContain(status);
    expect(server.loads()).toBeLessThanOrEqual(2);
    expect((await server.state(server.known)).status).toBe('signed-in');
  });

  it('of ten minutes costs 66 loads at most, six in a minute', async () => {
    const server = await createServer();
    const perStep: number[] = [];
    for (let ms = 0; ms <= 10 * MINUTE_MS; ms += STEP_MS) {
      const before = server.loads();
      for (let index = 0; index < 3; index += 1) await server.tryMadeUp();
      perStep.push(server.loads() - before);
      clock.advance(STEP_MS);
    }
    expect(server.loads()).toBeLessThanOrEqual(66);
    expect(server.loads()).toBeGreaterThan(22);
    const steps = MINUTE_MS / STEP_MS;
    for (let start = 0; start + steps <= perStep.length; start += 1) {
      const inMinute = perStep.slice(start, start + steps).reduce((sum, count) => sum + count, 0);
      if (inMinute > 6) expect(inMinute).toBeLessThanOrEqual(6);
    }
    expect((await server.state(server.known)).status).toBe('signed-in');
  });

  it('delays a token of a new key by 30 s at most, and never refuses it', async () => {
    const server = await createServer();
    const waits: number[] = [];
    for (let rotation = 0; rotation < 20; rotation += 1) {
      // The worst moment: a load has just been made.
      for (const before = server.loads(); server.loads() === before; clock.advance(STEP_MS)) await server.tryMadeUp();
      clerk.rotateSigningKey();
      waits.push(STEP_MS + (await waitFor(server, await session(), server.tryMadeUp)));
    }
    expect(Math.max(...waits)).toBe(30_000);
    expect(Math.min(...waits)).toBe(5_000);
  });
});

/** The corpus, whole, against every adapter, with keys from a JWKS and with a PEM. */
import type { Server } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LocalInstance } from 'bailiff-local';
import { T0 } from '../support/tokens.js';
import { corpus } from './corpus.js';
import { attackedClerk, createFixtures, HOST, PUBLISHABLE_KEY, type Attack } from './fixtures.js';
import { sendRaw, type Received } from './raw.js';
import { startExpress, startFastify, startHono } from './servers.js';
import { portOf } from '../support/listen.js';

const fixtures = createFixtures();

let clerk: LocalInstance;
beforeAll(async () => {
  clerk = await attackedClerk(fixtures);
});
afterAll(() => clerk.close());

it('names every case once', () => {
  const ids = corpus.map((attack) => attack.id);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.length).toBeGreaterThan(250);
});

/** What holds for every answer and every event, whatever was sent. */
function expectDecent(received: Received, attack: Attack, events: string): void {
  expect(received.status, `${attack.id}: ${received.text.slice(0, 300)}`).toBeGreaterThanOrEqual(200);
  expect([500, 502, 503, 504], attack.id).not.toContain(received.status);
  const location = received.headers.get('location');
  if (location !== undefined) {
    const url = new URL(location);
    expect(url.host, attack.id).toBe('clerk.acornbooks.example');
    expect(new URL(url.searchParams.get('redirect_url') ?? '').host, attack.id).toBe(HOST);
  }
  for (const [, value] of attack.send(fixtures).headers ?? []) {
    const token = value.split(/[ =]/).at(-1) ?? '';
    if (token.length <= 40) continue;
    if (location === undefined) expect(received.text, attack.id).not.toContain(token);
    expect(events, attack.id).not.toContain(token);
  }
  expect(received.text + events, attack.id).not.toContain(clerk.secretKey);
}

describe.each([
  ['Express', startExpress],
  ['Fastify', startFastify],
  ['Hono', startHono],
] as const)('attacks on %s', (_framework, start) => {
  describe.each(['JWKS', 'PEM'] as const)('with keys from %s', (keys) => {
    let server: Server;
    const unhandled: unknown[] = [];
    let events = '';
    const onUnhandled = (error: unknown) => unhandled.push(error);

    const startServer = () =>
      start({
        secretKey: clerk.secretKey,
        publishableKey: PUBLISHABLE_KEY,
        apiUrl: clerk.apiUrl,
        now: () => T0,
        onEvent: (event) => (events += JSON.stringify(event)),
        ...(keys === 'PEM' ? { jwtKey: fixtures.own.pem } : {}),
      });

    beforeAll(async () => {
      process.on('unhandledRejection', onUnhandled);
      server = await startServer();
    });
    afterAll(() => {
      process.off('unhandledRejection', onUnhandled);
      server.close();
    });

    it.each(corpus.map((attack) => [attack.id, attack] as const))('%s', async (_id, attack) => {
      events = '';
      const target = attack.alone === true ? await startServer() : server;
      const received = await sendRaw(portOf(target), attack.send(fixtures));
      if (target !== server) target.close();
      expectDecent(received, attack, events);
      expect([attack.expect].flat(), received.text.slice(0, 600)).toContain(received.status);
      expect(unhandled).toEqual([]);
    });
  });
});

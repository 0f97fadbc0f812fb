/** How often a fleet loads the keys of its instance: the figures of docs/deploy/README.md. */
import { createAuthenticator, type AuthenticatorOptions } from 'bailiff';
import { expect, it, onTestFinished } from 'vitest';
import { callsOf, OPERATIONS, startClerk } from '../support/clerk.js';
import { createClock } from '../support/tokens.js';

const HOUR_MS = 3_600_000;
const PROCESSES = 3;

/** An hour in which each process gets a request every `everyMs`. Gives the number of loads. */
async function loadsInAnHour(everyMs: number, options: AuthenticatorOptions = {}): Promise<number> {
  const clock = createClock();
  const clerk = await startClerk({ now: () => clock() });
  onTestFinished(() => clerk.close());
  const { secretKey, apiUrl } = clerk;
  const keys = 'jwtKey' in options ? { jwtKey: clerk.jwtKey } : {};
  const fleet = Array.from({ length: PROCESSES }, () =>
    createAuthenticator({ secretKey, apiUrl, now: clock, ...keys }),
  );
  const token = await clerk.createSessionToken({ expiresInSeconds: 86_400 });
  for (let ms = 0; ms < HOUR_MS; ms += everyMs) {
    const background: unknown[] = [];
    const request = {
      method: 'GET',
      url: '/',
      header: (name: string) => (name === 'authorization' ? `Bearer ${token}` : null),
      waitUntil: (task: unknown) => void background.push(task),
    };
    for (const process of fleet) expect((await process.authenticateRequest(request)).status).toBe('signed-in');
    await Promise.all(background);
    clock.advance(everyMs);
  }
  return callsOf(clerk, OPERATIONS.jwks);
}

it('a busy process loads the keys every four minutes: 15 an hour, whatever the load', async () => {
  expect(await loadsInAnHour(30_000)).toBe(15 * PROCESSES);
});

it('a process with little traffic loads them when it needs them', async () => {
  expect(await loadsInAnHour(20 * 60_000)).toBe(3 * PROCESSES);
});

it('no process loads keys with CLERK_JWT_KEY', async () => {
  expect(await loadsInAnHour(60_000, { jwtKey: 'given' })).toBe(0);
});

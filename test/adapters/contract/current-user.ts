/** `currentUser`: who is signed in, as the Backend API knows it. */
import type { BailiffEvent } from 'bailiff';
import { BackendApiError } from 'bailiff/api';
import { describe, expect, it } from 'vitest';
import { callsOf } from '../../support/clerk.js';
import type { Framework, Handle } from '../frameworks.js';
import type { TokenName } from '../fixtures.js';
import { createEnvironments } from './harness.js';

const GET_USER = 'GetUser';

export function currentUsers(framework: Framework): void {
  const environments = createEnvironments(framework);
  const once: Handle = async ({ currentUser }) => ({ user: await currentUser() });
  const thrice: Handle = async ({ currentUser }) => {
    const [one, other] = await Promise.all([currentUser(), currentUser()]);
    return [one === other, (await currentUser()) === one, one?.id];
  };

  async function open(more: object = {}) {
    const events: BailiffEvent[] = [];
    const environment = await environments.open(
      {
        routes: [
          { path: '/user', handle: once },
          { path: '/thrice', handle: thrice },
          { path: '/key', guards: [(adapter) => adapter.requireAuth({ token: 'any' })], handle: once },
        ],
      },
      ({ options }) => [[{ ...options, onEvent: (event: BailiffEvent) => events.push(event), ...more }]],
    );
    const { clerk } = environment.fixtures;
    clerk.state.table('users').delete('user_ada');
    await clerk.createSessionToken({ userId: 'user_ada' });
    return { ...environment, clerk, events };
  }

  it('gives the user as the Backend API has it, with one call for each request', async () => {
    const { get, clerk } = await open();
    const answer = await get('/user', 'admin');
    expect(answer.body['user']).toMatchObject({ id: 'user_ada', object: 'user', email_addresses: expect.any(Array) });
    expect(callsOf(clerk, GET_USER)).toBe(1);
    expect((await get('/thrice', 'admin')).body).toEqual([true, true, 'user_ada']);
    expect(callsOf(clerk, GET_USER)).toBe(2);
  });

  it.each<[TokenName | null, string]>([
    [null, '/user'],
    ['tampered', '/user'],
    ['expired', '/user'],
    ['pending', '/user'],
    ['apiKey', '/key'],
    ['oauth', '/key'],
    ['m2m', '/key'],
  ])('gives null for %s, without a call', async (credential, path) => {
    const { get, clerk } = await open();
    expect((await get(path, credential)).body).toEqual({ user: null });
    expect(callsOf(clerk, GET_USER)).toBe(0);
  });

  it('gives null for a user who has been deleted', async () => {
    const { get, clerk } = await open();
    clerk.state.table('users').delete('user_ada');
    expect((await get('/user', 'admin')).body).toEqual({ user: null });
    expect(callsOf(clerk, GET_USER)).toBe(1);
  });

  it('never gives another user than the signed-in one', async () => {
    const { get, clerk } = await open();
    clerk.fail({ operation: GET_USER, status: 200, body: { id: 'user_bob', object: 'user' } });
    expect((await get('/user', 'admin')).status).toBe(503);
  });

  describe('without an answer', () => {
    it.each([
      [{ status: 500 }, 'unexpected-error'],
      [{ status: 200, body: '<html>' }, 'unexpected-error'],
      [{ status: 401, body: {} }, 'secret-key-invalid'],
    ])('answers 503 for %j', async (answer, reason) => {
      const { get, clerk, served } = await open();
      clerk.fail({ operation: GET_USER, ...answer });
      expect((await get('/user', 'admin')).status).toBe(503);
      expect(served.errors).toEqual([expect.objectContaining({ name: 'AuthUnavailableError', reason })]);
    });

    it("throws a BackendApiError that names Clerk's refusal", async () => {
      const { get, clerk, served } = await open();
      clerk.fail({ operation: GET_USER, status: 403, body: { errors: [{ code: 'not_allowed', message: 'No.' }] } });
      await get('/user', 'admin');
      expect(served.errors).toEqual([expect.any(BackendApiError)]);
      expect(served.errors).toMatchObject([{ operation: 'currentUser()', code: 'not_allowed', status: 403 }]);
    });

    it('answers 500 if fetch itself fails, and reports the fault once', async () => {
      const { get, served, events } = await open({
        logger: false,
        fetch: (input: string, init: RequestInit) =>
          input.includes('/users/') ? Promise.reject(new RangeError('own')) : fetch(input, init),
      });
      expect((await get('/user', 'admin')).status).toBe(500);
      expect(served.errors).toEqual([expect.objectContaining({ name: 'AuthenticationFaultError' })]);
      expect(events.filter(({ type }) => type === 'fault')).toHaveLength(1);
    });
  });
}

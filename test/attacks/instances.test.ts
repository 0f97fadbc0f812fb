/** Two instances, two sets of options, one process: what one has verified is worth nothing to another. */
import { createAuthenticator, type Authenticator, type AuthenticatorOptions } from 'bailiff';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FaultRequest, LocalInstance } from 'bailiff-local';
import { apiKeyRow, OPERATIONS, startClerk } from '../support/clerk.js';
import { createKey, sessionToken, T0, T0_S } from '../support/tokens.js';
import { PUBLISHABLE_KEY } from './fixtures.js';

// The same key id at both: it is an attacker's to choose at their own instance.
const ours = createKey('RS256', { kid: 'ins_same' });
const theirs = createKey('RS256', { kid: 'ins_same' });
const API_KEY = `ak_${'s'.repeat(32)}`;

let ourClerk: LocalInstance;
let theirClerk: LocalInstance;
beforeAll(async () => {
  ourClerk = await startClerk({ keys: [ours] });
  const apiKeys = [apiKeyRow(API_KEY), apiKeyRow(`${API_KEY}x`, { id: 'ak_two' })];
  theirClerk = await startClerk({ keys: [theirs], rows: { api_keys: apiKeys } });
});
afterAll(() => Promise.all([ourClerk.close(), theirClerk.close()]));

const store = () => {
  const entries = new Map<string, unknown>();
  return {
    get: (name: string) => Promise.resolve(entries.get(name)),
    set: (name: string, value: unknown) => Promise.resolve(void entries.set(name, value)),
    delete: (name: string) => Promise.resolve(entries.delete(name)),
    entries,
  };
};

const create = (options: AuthenticatorOptions = {}): Authenticator =>
  createAuthenticator({
    secretKey: ourClerk.secretKey,
    publishableKey: PUBLISHABLE_KEY,
    apiUrl: ourClerk.apiUrl,
    acceptsToken: 'any',
    now: () => T0,
    ...options,
  });
const createTheirs = (options: AuthenticatorOptions = {}): Authenticator =>
  create({
    secretKey: theirClerk.secretKey,
    publishableKey: 'pk_live_Y2xlcmsuZXZpbC5leGFtcGxlJA',
    apiUrl: theirClerk.apiUrl,
    ...options,
  });
const ask = async (authenticator: Authenticator, token: string) =>
  (
    await authenticator.authenticateRequest({
      method: 'GET',
      url: 'https://app.acornbooks.example/',
      header: (name) => (name === 'authorization' ? `Bearer ${token}` : null),
    })
  ).status;

/** Both orders: what was asked first must not matter. */
const ORDERS = [
  ['theirs first', [1, 0, 1, 0]],
  ['ours first', [0, 1, 0, 1]],
] as const;

describe.each(ORDERS)('%s', (_name, order) => {
  it.each([
    ['JWKS', {}, {}],
    ['PEM', { jwtKey: ours.pem }, { jwtKey: theirs.pem }],
  ])(
    'S5: refuses a session token of another instance with the same key id, keys from %s',
    async (_keys, mine, other) => {
      const both = [create(mine), createTheirs(other)] as const;
      const token = sessionToken(theirs);
      for (const index of order) expect(await ask(both[index], token)).toBe(index === 1 ? 'signed-in' : 'signed-out');
    },
  );

  it('refuses an API key of another instance with one shared store', async () => {
    const shared = store();
    const cache = { machineTokens: { store: shared } };
    const both = [create({ cache }), createTheirs({ cache })] as const;
    for (const index of order) {
      expect(await ask(both[index], API_KEY)).toBe(index === 1 ? 'signed-in' : 'signed-out');
    }
    await expect.poll(() => shared.entries.size).toBeGreaterThan(0);
  });

  it('refuses an entry of the store that was moved to another name', async () => {
    const shared = store();
    const cache = { machineTokens: { store: shared } };
    await ask(createTheirs({ cache }), API_KEY);
    // The answer does not wait for the store.
    await expect.poll(() => shared.entries.size).toBeGreaterThan(0);
    const [entry] = shared.entries.values();
    // Whatever is looked for, the store answers with the good entry of the other instance.
    const lying = { ...shared, get: () => Promise.resolve(entry) };
    const asked: unknown[] = [];
    const note = ({ body }: FaultRequest) => asked.push(body) === 0;
    const listening = theirClerk.fail({ operation: OPERATIONS.apiKey, when: note });
    expect(await ask(create({ cache: { machineTokens: { store: lying } } }), API_KEY)).toBe('signed-out');
    expect(await ask(createTheirs({ cache: { machineTokens: { store: lying } } }), `${API_KEY}x`)).toBe('signed-in');
    listening.stop();
    expect(asked).toEqual([{ secret: `${API_KEY}x` }]);
  });

  it('refuses an API key that was verified for another audience with one shared store', async () => {
    const shared = store();
    const cache = { machineTokens: { store: shared } };
    const loose = { value: 'https://api.acornbooks.example' };
    const forms = [loose, { ...loose, sessionTokens: 'required' as const }].map((audience) =>
      createTheirs({ cache, audience }),
    );
    const asked: unknown[] = [];
    const note = ({ body }: FaultRequest) => asked.push(body) === 0;
    const listening = theirClerk.fail({ operation: OPERATIONS.apiKey, when: note });
    for (const index of order) {
      expect(await ask(forms[index]!, API_KEY)).toBe('signed-in');
      await expect.poll(() => shared.entries.size).toBeGreaterThan(0);
    }
    listening.stop();
    // One call by each form; the second use of each is remembered.
    expect(asked).toHaveLength(2);
  });

  it.each<[string, AuthenticatorOptions]>([
    ['another audience', { audience: 'https://api.acornbooks.example' }],
    [
      'an audience, which sessions must name',
      { audience: { value: 'https://mine.example', sessionTokens: 'required' } },
    ],
    ['another authorized party', { authorizedParties: ['https://other.example'] }],
    ['another issuer', { issuer: 'https://clerk.other.example' }],
    ['no skew', { clockSkewMs: 0 }],
  ])('S31: refuses the same token under stricter options (%s)', async (_options, strict) => {
    const aud = strict.audience === 'https://api.acornbooks.example' ? 'https://other.example' : undefined;
    const token = sessionToken(ours, { exp: T0_S - 2, aud });
    const both = [create(strict), create()] as const;
    for (const index of order) expect(await ask(both[index], token)).toBe(index === 1 ? 'signed-in' : 'signed-out');
  });
});

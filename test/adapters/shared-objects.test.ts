/**
 * What two requests share cannot be written: whatever one of them reaches (from `req.auth`, a denial, a state, an event, `health()`) and
 * the other reaches too is frozen, functions included.
 */
import { createAuthenticator, type Auth, type BailiffEvent, type Denial } from 'bailiff';
import { describe, expect, it } from 'vitest';
import { frameworks, type Adapter } from './frameworks.js';
import { createFixtures, type TokenName } from './fixtures.js';

/** Everything that can be reached from a value by its properties and prototypes, but for what the language itself provides. */
function reachable(value: unknown, found = new Set<object>(), owner: unknown = value): Set<object> {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return found;
  if (found.has(value) || BUILT_IN.has(value)) return found;
  found.add(value);
  for (const key of Reflect.ownKeys(value)) reachable(Reflect.get(value, key, owner), found);
  return reachable(Reflect.getPrototypeOf(value), found, owner);
}
const BUILT_IN = new Set<object>();
for (const one of [
  Object,
  Function,
  Array,
  Promise,
  String,
  Number,
  Boolean,
  RegExp,
  Map,
  Set,
  Error,
  Headers,
  Symbol,
]) {
  BUILT_IN.add(one).add(one.prototype as object);
}
BUILT_IN.add(Object.getPrototypeOf(async () => undefined) as object);

/** Of the objects that both reach: those that somebody could write. */
function writable(one: unknown, other: unknown): object[] {
  const second = reachable(other);
  return [...reachable(one)].filter((value) => second.has(value) && !Object.isFrozen(value));
}

const REQUIREMENTS: readonly (readonly [string, object, readonly (TokenName | null)[]])[] = [
  ['a user', {}, [null, 'admin', 'member', 'pending', 'expired', 'apiKey', 'tampered']],
  ['a fresh user', { reverification: { level: 'first_factor', afterMinutes: 5 } }, ['stale', 'admin']],
  ['a preset', { reverification: 'strict_mfa' }, ['stale']],
  ['a role', { role: ['org:owner', 'org:auditor'] }, ['member']],
  [
    'a machine',
    { scope: ['invoices:read', 'invoices:write'] },
    ['apiKey', 'orgApiKey', 'm2m', 'm2mJwt', 'oauth', 'oauthJwt'],
  ],
  [
    'any of several',
    { anyOf: [{ role: 'org:owner' }, { token: 'api_key', scope: 'none:such' }] },
    ['member', 'apiKey'],
  ],
];

describe.each(frameworks)('$name: two requests', (framework) => {
  it.each(REQUIREMENTS)('share no mutable object behind a guard for %s', async (_what, requirement, credentials) => {
    const fixtures = await createFixtures();
    const seen: { auth: Auth[]; denials: Denial[]; events: BailiffEvent[] } = { auth: [], denials: [], events: [] };
    const served = await framework.serve({
      middleware: [
        [
          {
            ...fixtures.options,
            onEvent: (event: BailiffEvent) => void seen.events.push(event),
            onDenied: framework.onDenied((pass, denial) => {
              seen.denials.push(denial);
              return pass(undefined);
            }),
          },
        ],
      ],
      ahead: ({ auth }) => void seen.auth.push(auth),
      routes: [
        {
          path: '/',
          guards: [(adapter: Adapter) => adapter.requireAuth(requirement)],
          handle: ({ auth }) => {
            seen.auth.push(auth);
            return {};
          },
        },
      ],
    });
    for (const credential of credentials) {
      for (const list of [seen.auth, seen.denials, seen.events]) list.length = 0;
      const looks = [];
      for (let i = 0; i < 2; i += 1) {
        const request = served.agent.get('/').ok(() => true);
        if (credential !== null) request.set('authorization', `Bearer ${fixtures.tokens[credential]}`);
        await request;
        looks.push([[...seen.auth], [...seen.denials], [...seen.events]]);
        for (const list of [seen.auth, seen.denials, seen.events]) list.length = 0;
      }
      expect(looks[0]!.flat().length).toBeGreaterThan(1);
      expect([credential, writable(looks[0], looks[1])]).toEqual([credential, []]);
    }
    await served.close();
  });
});

it('share no mutable object in states and health', async () => {
  const fixtures = await createFixtures();
  const authenticator = createAuthenticator(fixtures.options);
  const ask = async (name: TokenName) =>
    authenticator.authenticateRequest(
      new Request('http://a.example/', { headers: { authorization: `Bearer ${fixtures.tokens[name]}` } }),
      { acceptsToken: 'any' },
    );
  for (const name of ['admin', 'pending', 'expired', 'apiKey', 'm2mJwt', 'unknownApiKey', 'garbage'] as const) {
    const [one, other] = [await ask(name), await ask(name)];
    const prototype = Object.getPrototypeOf(one) as object;
    // The class of states is code, like the functions of this package; what stands on a state is its request's own.
    const shared = writable(one, other).filter((value) => value !== prototype && value !== prototype.constructor);
    expect([name, shared.filter((value) => typeof value !== 'function' || Object.keys(value).length > 0)]).toEqual([
      name,
      [],
    ]);
    expect(one.headers).not.toBe(other.headers);
    one.headers.set('x-mine', '1');
    expect(other.headers.get('x-mine')).toBeNull();
  }
  fixtures.goDown();
  for (let i = 0; i < 6; i += 1) await ask('apiKey');
  expect(writable(authenticator.health(), authenticator.health())).toEqual([]);
});

it('cannot pass anything on through the functions of an auth object', async () => {
  const fixtures = await createFixtures();
  const authenticator = createAuthenticator(fixtures.options);
  const request = () =>
    new Request('http://a.example/', { headers: { authorization: `Bearer ${fixtures.tokens.admin}` } });
  await authenticator.authenticateRequest(request());
  const first = (await authenticator.authenticateRequest(request())).auth;
  const functions = Object.values<unknown>({ ...first }).filter((value) => typeof value === 'function');
  expect(functions).toHaveLength(3);
  for (const shared of functions) expect(() => Object.assign(shared, { note: 'x' })).toThrow(TypeError);
  expect((await authenticator.authenticateRequest(request())).auth).toBe(first);
});

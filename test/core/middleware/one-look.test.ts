/** One request object: however many middlewares, guards and readers ask, its header is parsed once and its token decoded once. */
import { beforeEach, expect, it, vi } from 'vitest';
import { compileRequirement } from '../../../src/core/guards/requirement.js';
import { RequestAuthentication } from '../../../src/core/middleware/request-authentication.js';
import type * as headers from '../../../src/core/request/authorization-header.js';
import type * as classify from '../../../src/verify/classify.js';
import type * as decode from '../../../src/verify/decode.js';
import { callsOf, OPERATIONS } from '../../support/clerk.js';
import { m2mToken, sessionToken } from '../../support/tokens.js';
import { key, useBackend, viewOf } from '../fixtures.js';

const { counted, counting } = vi.hoisted(() => {
  const counted = { parsed: 0, classified: 0, decoded: 0 };
  /** The same function, whose calls are counted. */
  const counting =
    <A extends unknown[], R>(what: keyof typeof counted, run: (...args: A) => R) =>
    (...args: A): R => {
      counted[what] += 1;
      return run(...args);
    };
  return { counted, counting };
});
vi.mock('../../../src/core/request/authorization-header.js', async (load) => {
  const actual = await load<typeof headers>();
  return { ...actual, headerTokenOf: counting('parsed', actual.headerTokenOf) };
});
vi.mock('../../../src/verify/classify.js', async (load) => {
  const actual = await load<typeof classify>();
  return { ...actual, classifyToken: counting('classified', actual.classifyToken) };
});
vi.mock('../../../src/verify/decode.js', async (load) => {
  const actual = await load<typeof decode>();
  return { ...actual, decodeJwt: counting('decoded', actual.decodeJwt) };
});

const backend = useBackend();
beforeEach(() => Object.assign(counted, { parsed: 0, classified: 0, decoded: 0 }));

const requirement = (token: 'api_key' | 'm2m_token' | 'session_token') =>
  compileRequirement({ token }, backend.create().config);

async function begin(token: string): Promise<RequestAuthentication> {
  const authentication = new RequestAuthentication(
    backend.create({ acceptsToken: 'session_token' }),
    viewOf({ authorization: `Bearer ${token}` }),
  );
  await authentication.begin();
  return authentication;
}

it.each<[string, token: string, kind: 'm2m_token' | 'api_key', decoded: number, calls: number]>([
  ['a machine JWT', m2mToken(key), 'm2m_token', 1, 0],
  ['an API key', 'ak_one', 'api_key', 0, 1],
])('decodes %s once if the middleware leaves it to a guard', async (_, token, kind, decoded, calls) => {
  const authentication = await begin(token);
  expect(authentication.auth.isAuthenticated).toBe(false);
  // A guard for another kind denies; two guards and a reader, at once, find the caller.
  expect(await authentication.guard(requirement('session_token'))).toMatchObject({ denial: { status: 401 } });
  const [first, second, found] = await Promise.all([
    authentication.guard(requirement(kind)),
    authentication.guard(requirement(kind)),
    authentication.authenticate(kind),
  ]);
  expect([first.allowed, second.allowed, found.tokenType]).toEqual([true, true, kind]);
  expect(counted).toEqual({ parsed: 1, classified: 1, decoded });
  expect(callsOf(backend.clerk, OPERATIONS.apiKey)).toBe(calls);
});

it('decodes a bad token once for the decision and all denials', async () => {
  const authentication = await begin(`${sessionToken(key).slice(0, -8)}AAAAAAAA`);
  for (const kind of ['session_token', 'api_key', 'm2m_token'] as const) {
    expect(await authentication.guard(requirement(kind))).toMatchObject({ denial: { status: 401 } });
  }
  expect(counted).toEqual({ parsed: 1, classified: 1, decoded: 1 });
});

it('never decodes a remembered token', async () => {
  const authenticator = backend.create();
  const view = viewOf({ authorization: `Bearer ${sessionToken(key)}` });
  // What is remembered at first is the text alone; the second use reads its claims for all that follow.
  for (let use = 1; use <= 2; use += 1) await new RequestAuthentication(authenticator, view).begin();
  Object.assign(counted, { parsed: 0, classified: 0, decoded: 0 });
  const again = new RequestAuthentication(authenticator, view);
  await again.begin();
  expect((await again.guard(requirement('session_token'))).allowed).toBe(true);
  expect(counted).toEqual({ parsed: 1, classified: 0, decoded: 0 });
});

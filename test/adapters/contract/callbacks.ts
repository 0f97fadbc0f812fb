/**
 * Whatever a callback of the application throws, rejects with or hands on, the route behind the guard stays closed. Express reads several
 * values as "go on" and two as "skip the rest of this route"; all of them are tried.
 */
import type { Store } from 'bailiff';
import { describe, expect, it } from 'vitest';
import type { Framework, Handle, Adapter } from '../frameworks.js';
import type { TokenName, Fixtures } from '../fixtures.js';
import { codeOf, createEnvironments } from './harness.js';

const VALUES: readonly unknown[] = [undefined, null, 0, -0, '', false, NaN, 0n, 'route', 'router'];
/** Says of itself that it is an error, or would if it did not throw when it is asked. */
const pretender = {
  toString: () => 'pretender',
  get [Symbol.toStringTag](): string {
    throw new Error('not to be asked');
  },
};
const OTHERS: readonly unknown[] = ['boom', 7, true, { status: 200 }, Symbol('x'), pretender, new Error('boom')];

type Manner = (value: unknown) => never;
const throws: Manner = (value) => {
  throw value;
};
const MANNERS: readonly (readonly [string, Manner])[] = [
  ['throws it', throws],
  ['rejects with it', (async (value: unknown) => throws(await Promise.resolve(value))) as unknown as Manner],
];

interface Case {
  /** The arguments of each `clerkMiddleware(…)`. */
  readonly middleware: (
    fixtures: Fixtures,
    fault: () => never,
    framework: Framework,
  ) => readonly (readonly unknown[])[];
  readonly check?: true;
  readonly credential: TokenName | null;
  readonly status: number;
  /** Nobody can be told who is at the door, so the guard answers; else the error goes to the application's handler. */
  readonly denied?: true;
}

/** A callback of each sort, and what a caller who would otherwise be decided about gets. */
const CASES: Readonly<Record<string, Case>> = {
  check: { middleware: ({ options }) => [[options]], check: true, credential: 'admin', status: 500 },
  'onDenied, nobody': {
    middleware: ({ options }, fault, framework) => [[{ ...options, onDenied: framework.onDenied(fault) }]],
    credential: null,
    status: 500,
  },
  'onDenied, a bad token': {
    middleware: ({ options }, fault, framework) => [[{ ...options, onDenied: framework.onDenied(fault) }]],
    credential: 'tampered',
    status: 500,
  },
  resourceMetadata: {
    middleware: ({ options }, fault) => [[{ ...options, resourceMetadata: fault }]],
    credential: null,
    status: 500,
  },
  'the options function': { middleware: (_world, fault) => [[fault]], credential: 'admin', status: 500 },
  'the options function of a second middleware': {
    middleware: ({ options }, fault) => [[options], [fault]],
    credential: 'admin',
    status: 500,
  },
  "the proxy's enabled": {
    middleware: ({ options }, fault) => [[{ ...options, frontendApiProxy: { enabled: fault } }]],
    credential: 'admin',
    status: 500,
  },
  fetch: {
    middleware: ({ options }, fault) => [[{ ...options, fetch: fault }]],
    credential: 'admin',
    status: 500,
    denied: true,
  },
  now: {
    middleware: ({ options }, fault) => [[{ ...options, now: fault }]],
    credential: 'admin',
    status: 500,
    denied: true,
  },
};

/** Counts who gets behind the guard, or past the route of which it is a part. */
function guardedRoutes(requirement: () => object) {
  const reached: string[] = [];
  const reach =
    (where: string): Handle =>
    () => {
      reached.push(where);
      return {};
    };
  return {
    reached,
    routes: [
      {
        path: '/me',
        guards: [(adapter: Adapter) => adapter.requireAuth(requirement())],
        handle: reach('behind the guard'),
      },
      { path: '/me', handle: reach('past the route') },
    ],
  };
}

export function callbacks(framework: Framework): void {
  const environments = createEnvironments(framework);

  describe.each(MANNERS)('that %s', (_how, manner) => {
    it.each(Object.entries(CASES))(
      '%s: the guard denies',
      async (_name, { middleware, check, credential, status, denied }) => {
        let value: unknown;
        const fault = () => manner(value);
        const { reached, routes } = guardedRoutes(() => (check ? { check: fault } : {}));
        const { get, served } = await environments.open({ routes }, (fixtures) =>
          middleware(fixtures, fault, framework).map(([given, settings]) => [
            given,
            { ...(settings as object), logger: false },
          ]),
        );
        for (value of [...VALUES, ...OTHERS]) {
          served.errors.length = 0;
          const answer = await get('/me', credential);
          expect([String(value), answer.status]).toEqual([String(value), status]);
          expect(reached).toEqual([]);
          if (denied) expect([codeOf(answer), served.errors]).toEqual(['authentication-fault', []]);
          if (denied || status !== 500) continue;
          const [error] = served.errors;
          expect(error).toBeInstanceOf(Error);
          if (value instanceof Error) expect(error).toBe(value);
          else expect((error as Error).cause).toBe(value);
        }
      },
    );

    it('ignores an event listener that fails', async () => {
      let value: unknown;
      const { reached, routes } = guardedRoutes(() => ({}));
      const { get } = await environments.open({ routes }, ({ options }) => [
        [{ ...options, onEvent: () => manner(value) }],
      ]);
      for (value of VALUES) {
        expect((await get('/me', 'admin')).status).toBe(200);
        expect((await get('/me', 'tampered')).status).toBe(401);
      }
      expect(reached).toEqual(VALUES.map(() => 'behind the guard'));
    });

    it('treats a shared store that fails as a store that is down', async () => {
      let value: unknown;
      const fault = () => manner(value);
      const store = { get: fault, set: fault, delete: fault } as Store;
      const { reached, routes } = guardedRoutes(() => ({ token: 'api_key' }));
      const { get } = await environments.open({ routes }, ({ options }) => [
        [{ ...options, cache: { machineTokens: { store } } }],
      ]);
      for (value of VALUES) {
        expect((await get('/me', 'apiKey')).status).toBe(200);
        expect((await get('/me', 'unknownApiKey')).status).toBe(401);
      }
      expect(reached).toEqual(VALUES.map(() => 'behind the guard'));
    });
  });

  it('treats a shared store that rejects once and then throws as a store that is down', async () => {
    let calls = 0;
    const get = () => {
      calls += 1;
      return calls % 2 === 1 ? Promise.resolve().then(() => throws(undefined)) : throws('down');
    };
    const store: Store = { get, set: get, delete: get };
    const { reached, routes } = guardedRoutes(() => ({ token: 'api_key' }));
    const { get: ask, fixtures } = await environments.open({ routes }, ({ options }) => [
      [{ ...options, cache: { machineTokens: { store } } }],
    ]);
    for (let i = 0; i < 4; i += 1) {
      expect((await ask('/me', 'apiKey')).status).toBe(200);
      // The store is left alone for a second after each failure.
      fixtures.clock.advance(1_001);
    }
    expect(calls).toBeGreaterThan(4);
    expect(reached).toHaveLength(4);
  });

  describe('onDenied that hands on', () => {
    it.each([
      ['at once', (pass: (value: unknown) => unknown, value: unknown) => pass(value)],
      ['later', async (pass: (value: unknown) => unknown, value: unknown) => pass(await value)],
      [
        'and rejects then',
        async (pass: (value: unknown) => unknown, value: unknown) => {
          const answer = pass(value);
          await Promise.resolve();
          return !framework.hasNext ? answer : throws(value);
        },
      ],
    ])('sends the default answer for %s, which is no error', async (_when, hand) => {
      let value: unknown;
      const { reached, routes } = guardedRoutes(() => ({}));
      const { get, served } = await environments.open({ routes }, ({ options }) => [
        [{ ...options, onDenied: framework.onDenied((pass) => hand(pass, value)) }],
      ]);
      for (value of VALUES) {
        const answer = await get('/me');
        expect([String(value), answer.status, codeOf(answer)]).toEqual([String(value), 401, 'unauthenticated']);
      }
      expect([reached, served.errors]).toEqual([[], []]);
    });

    it.each(['boom', 7, true, { status: 200 }])('denies for %j', async (value) => {
      const { reached, routes } = guardedRoutes(() => ({}));
      const { get, served } = await environments.open({ routes }, ({ options }) => [
        [{ ...options, onDenied: framework.onDenied((pass) => pass(value)) }],
      ]);
      const answer = await get('/me');
      // What Express takes for an error is one; elsewhere, what is no response asks for the default answer.
      if (!framework.hasNext) expect(answer.status).toBe(401);
      else {
        expect(answer.status).toBe(500);
        expect(served.errors).toEqual([expect.objectContaining({ cause: value })]);
      }
      expect(reached).toEqual([]);
    });

    it('passes an error on to the error handler of the application', async () => {
      const error = new Error('logged');
      const { reached, routes } = guardedRoutes(() => ({}));
      const { get, served } = await environments.open({ routes }, ({ options }) => [
        [
          {
            ...options,
            onDenied: framework.onDenied((pass) => {
              if (!framework.hasNext) throw error;
              return pass(error);
            }),
          },
        ],
      ]);
      expect((await get('/me')).status).toBe(500);
      expect([reached, served.errors]).toEqual([[], [error]]);
    });
  });

  it('gives onDenied nothing of its own as `this`, through which keys could be reached', async () => {
    const seen: unknown[] = [];
    function onDenied(this: unknown, ...[, , , next]: readonly unknown[]): unknown {
      seen.push(this);
      return typeof next === 'function' ? (next as () => unknown)() : undefined;
    }
    const { routes } = guardedRoutes(() => ({}));
    const { get } = await environments.open({ routes }, ({ options }) => [[{ ...options, onDenied }]]);
    expect((await get('/me')).status).toBe(401);
    expect(seen).toEqual([undefined]);
  });

  it('denies if a check returns anything but true', async () => {
    let value: unknown;
    const { reached, routes } = guardedRoutes(() => ({ check: () => value }));
    const { get } = await environments.open({ routes });
    for (value of [...VALUES, 1, 'true', {}, Promise.resolve(1)]) expect((await get('/me', 'admin')).status).toBe(403);
    expect(reached).toEqual([]);
    for (value of [true, Promise.resolve(true)]) expect((await get('/me', 'admin')).status).toBe(200);
  });

  it('accepts resource metadata from a promise, and names none if the value is no text', async () => {
    let value: unknown;
    const { routes } = guardedRoutes(() => ({}));
    const { get } = await environments.open({ routes }, ({ options }) => [
      [{ ...options, resourceMetadata: () => value }],
    ]);
    const challenge = async () => (await get('/me')).headers['www-authenticate'];
    for (value of ['https://a.example/m', Promise.resolve('https://a.example/m')]) {
      expect(await challenge()).toBe('Bearer resource_metadata="https://a.example/m"');
    }
    for (value of [...VALUES.filter((one) => typeof one !== 'string'), {}, ['https://a.example/m']]) {
      expect(await challenge()).toBe('Bearer');
    }
  });
}

/** Faults of this server, told apart from what clients and Clerk do wrong: states, errors, events, and what none of them may hold. */
import { inspect } from 'node:util';
import {
  AuthenticationFaultError,
  AuthUnavailableError,
  authenticateUpgrade,
  type AuthenticatorOptions,
  type BailiffEvent,
  type RequestView,
} from 'bailiff';
import { describe, expect, it, vi } from 'vitest';
import { safeError } from '../../../src/core/faults/error-text.js';
import { createKey, jwksOf, m2mToken, oauthToken, sessionToken } from '../../support/tokens.js';
import { bearer, cookies, key, SECRET_KEY, stranger, useBackend, viewOf } from '../fixtures.js';

const backend = useBackend();
const boom = new RangeError('CANARY');
const throws = (): never => {
  throw boom;
};

function create(options: AuthenticatorOptions = {}) {
  const events: BailiffEvent[] = [];
  const logged: string[] = [];
  const authenticator = backend.create({
    acceptsToken: 'any',
    onEvent: (event) => events.push(event),
    logger: { warn: () => undefined, error: (text) => logged.push(text) },
    ...options,
  });
  const found = () => events.filter((event) => event.type === 'fault');
  return { authenticator, events, logged, found };
}

const CREDENTIALS: Readonly<Record<string, Record<string, string>>> = {
  'a session in the header': bearer(sessionToken(key)),
  'a session in a cookie': cookies(sessionToken(key)),
  'an API key': bearer('ak_one'),
  'an opaque M2M token': bearer('mt_one'),
  'an M2M JWT': bearer(m2mToken(key)),
  'an opaque OAuth token': bearer('oat_one'),
  'an OAuth JWT': bearer(oauthToken(key)),
};

/** What the options or the request bring along that fails. */
const PLACES: Readonly<Record<string, { options?: AuthenticatorOptions; view?: Partial<RequestView> }>> = {
  'fetch throws at once': { options: { fetch: throws } },
  'fetch rejects': { options: { fetch: () => Promise.reject(boom) } },
  'fetch gives nothing': { options: { fetch: (() => Promise.resolve()) as never } },
  'the answer breaks in our hands': {
    options: {
      fetch: () =>
        Promise.resolve({
          status: 200,
          headers: new Headers(),
          get body() {
            return throws();
          },
        } as never),
    },
  },
  'now throws': { options: { now: throws } },
  'now gives NaN': { options: { now: () => NaN } },
  'now gives infinity': { options: { now: () => Infinity } },
  'the header of the view throws': { view: { header: throws } },
};

describe.each(Object.entries(PLACES))('%s', (name, { options = {}, view = {} }) => {
  it.each(Object.entries(CREDENTIALS))(
    '%s: gives a state with the cause, one event and one log line',
    async (_sent, headers) => {
      const { authenticator, events, logged, found } = create(options);
      const state = await authenticator.authenticateRequest(viewOf(headers, view));
      expect(state).toMatchObject({
        status: 'unavailable',
        isAuthenticated: false,
        reason: 'authentication-fault',
        token: null,
      });
      expect(state.auth).toMatchObject({ isAuthenticated: false, reason: 'authentication-fault' });
      expect(state.cause).toBeInstanceOf(Error);
      expect(state.cause?.stack).toContain(state.cause?.message);
      const request = { method: 'header' in view ? null : 'GET', route: null, requestId: null };
      expect(found()).toEqual([{ type: 'fault', during: 'request', error: state.cause, ...request }]);
      expect(events.at(-1)).toMatchObject({
        type: 'denied',
        by: 'request',
        status: 500,
        reason: 'authentication-fault',
      });
      expect(logged).toHaveLength(1);
      expect(logged[0]).toContain(`${String(state.cause?.name)}: ${String(state.cause?.message)}`);
      // What goes to a client, or is shown by accident, says nothing of it.
      expect(JSON.stringify([state, [...state.headers]]) + inspect(state)).not.toContain('CANARY');
      expect(state.headers.has('retry-after')).toBe(false);
    },
  );

  if (!name.includes('view')) {
    it('throws one error with the cause in the verify methods and warmup', async () => {
      const { authenticator, found } = create(options);
      const calls = [
        () => authenticator.verifySessionToken(sessionToken(key)),
        () => authenticator.verifyApiKey('ak_one'),
        () => authenticator.verifyM2MToken('mt_one'),
        () => authenticator.verifyM2MToken(m2mToken(key)),
        () => authenticator.verifyOAuthToken('oat_one'),
        () => authenticator.warmup(),
      ];
      for (const call of calls) {
        const error: unknown = await call().then(
          () => 'resolved',
          (thrown: unknown) => thrown,
        );
        expect(error).toBeInstanceOf(AuthenticationFaultError);
        expect(error).toMatchObject({ code: 'authentication-fault', status: 500, cause: expect.any(Error) });
        expect((error as Error).message).not.toMatch(/Clerk|CANARY/);
      }
      expect(found().map(({ during }) => during)).toEqual(calls.map(() => 'token'));
    });
  }

  it('refuses an upgrade with 500 and keeps the cause', async () => {
    const { authenticator, found } = create(options);
    const asked = { requirement: { token: 'any' } as const, allowedOrigins: ['https://app.acornbooks.example'] };
    const refused = await authenticateUpgrade(authenticator, viewOf(CREDENTIALS['an API key'], view), asked);
    expect(refused).toMatchObject({ allowed: false, status: 500 });
    expect(JSON.stringify(refused)).toContain('authentication-fault');
    expect(JSON.stringify(refused)).not.toContain('CANARY');
    expect((refused as { cause?: unknown }).cause).toBeInstanceOf(Error);
    expect(found()).toHaveLength(1);
  });
});

it('reports a fault, not a refusal, if the runtime cannot use a key', async () => {
  const curve = createKey('ES256');
  const { authenticator, found } = create({ jwtKey: key.pem, fetch: throws });
  const load = vi.spyOn(crypto.subtle, 'importKey').mockRejectedValue(new DOMException('x', 'NotSupportedError'));
  const loaded = create({ fetch: () => Promise.resolve(Response.json(jwksOf(curve))) });
  try {
    const state = await loaded.authenticator.authenticateRequest(viewOf(bearer(sessionToken(curve))));
    expect(state).toMatchObject({
      status: 'unavailable',
      reason: 'authentication-fault',
      cause: { name: 'NotSupportedError' },
    });
    expect(loaded.found()).toHaveLength(1);
  } finally {
    load.mockRestore();
  }
  expect((await loaded.authenticator.authenticateRequest(viewOf(bearer(sessionToken(curve))))).status).toBe(
    'signed-in',
  );
  // A key that is checked here needs neither.
  expect((await authenticator.authenticateRequest(viewOf(bearer(sessionToken(key))))).status).toBe('signed-in');
  expect(found()).toEqual([]);
});

describe('errors that are no faults', () => {
  it.each<[string, AuthenticatorOptions, object]>([
    [
      'a network that fails',
      {
        fetch: () =>
          Promise.reject(
            new TypeError('fetch failed', { cause: Object.assign(new Error(), { code: 'ECONNREFUSED' }) }),
          ),
      },
      { status: 'unavailable', reason: 'jwk-remote-failed-to-load' },
    ],
    [
      'a call that is aborted',
      { fetch: () => Promise.reject(new DOMException('x', 'AbortError')) },
      { status: 'unavailable', reason: 'jwk-remote-failed-to-load' },
    ],
    [
      'a status of an outage',
      { fetch: () => Promise.resolve(new Response('', { status: 500 })) },
      { status: 'unavailable', reason: 'jwk-remote-failed-to-load' },
    ],
    ['a good token', {}, { status: 'signed-in' }],
  ])('%s', async (_name, options, expected) => {
    const { authenticator, found, logged } = create(options);
    expect(await authenticator.authenticateRequest(viewOf(bearer(sessionToken(key))))).toMatchObject(expected);
    expect([found(), logged]).toEqual([[], []]);
  });

  it('include a bad token', async () => {
    const { authenticator, found } = create();
    expect((await authenticator.authenticateRequest(viewOf(bearer(sessionToken(stranger))))).status).toBe('signed-out');
    await expect(authenticator.verifySessionToken(sessionToken(stranger))).rejects.toMatchObject({
      name: 'TokenVerificationError',
    });
    expect(found()).toEqual([]);
  });

  it('include an outage in a verify method', async () => {
    const { authenticator, found } = create({ fetch: () => Promise.reject(new TypeError('Failed to fetch')) });
    await expect(authenticator.verifyApiKey('ak_one')).rejects.toBeInstanceOf(AuthUnavailableError);
    expect(found()).toEqual([]);
  });
});

describe('a fetch with a mistake', () => {
  it('never opens the circuit, because a fault is no outage', async () => {
    const { authenticator } = create({ fetch: throws });
    for (let use = 0; use < 12; use += 1) {
      const state = await authenticator.authenticateRequest(viewOf(bearer(`ak_${String(use)}`)));
      expect(state.reason).toBe('authentication-fault');
    }
    expect(authenticator.health().openCircuits).toEqual([]);
  });

  it('leaves no trace once it is mended', async () => {
    let broken = true;
    const { authenticator } = create({ fetch: (input, init) => (broken ? throws() : fetch(input, init)) });
    for (const headers of [bearer(sessionToken(key)), bearer('ak_one')]) {
      expect((await authenticator.authenticateRequest(viewOf(headers))).reason).toBe('authentication-fault');
    }
    broken = false;
    backend.clock.now += 10_000;
    for (const headers of [bearer(sessionToken(key)), bearer('ak_one')]) {
      expect((await authenticator.authenticateRequest(viewOf(headers))).status).toBe('signed-in');
    }
  });

  it('reports a fault for remembered callers too if the clock breaks later', async () => {
    let time = (): number => backend.clock.now;
    const { authenticator } = create({ now: () => time() });
    const view = viewOf(bearer(sessionToken(key)));
    expect((await authenticator.authenticateRequest(view)).status).toBe('signed-in');
    for (const broken of [() => NaN, throws, () => undefined as never]) {
      time = broken;
      expect((await authenticator.authenticateRequest(view)).reason).toBe('authentication-fault');
    }
    time = () => backend.clock.now;
    expect((await authenticator.authenticateRequest(view)).status).toBe('signed-in');
  });

  it('logs one line for many equal faults', async () => {
    const { authenticator, logged, found } = create({ fetch: throws });
    for (let use = 0; use < 200; use += 1) await authenticator.authenticateRequest(viewOf(bearer(`ak_${String(use)}`)));
    expect([logged.length, found().length]).toEqual([1, 200]);
  });
});

describe('a reported error', () => {
  const SECRETS = [
    SECRET_KEY,
    sessionToken(key),
    'ak_abcdefghij',
    'sk_live_other123456',
    'Bearer abc.def',
    'whsec_abcdef12345=',
  ];
  const everything = (error: unknown) =>
    inspect(error, { depth: 10, showHidden: true }) + String((error as Error).stack);

  it.each(SECRETS)('never contains %s, at any place', (secret) => {
    const bare = secret.replace('Bearer ', '');
    const said = new TypeError(`Headers.append: "${secret}" is an invalid header value.`);
    const holders: Error[] = [
      said,
      new Error('outer', { cause: said }),
      new Error('outer', { cause: secret }),
      Object.assign(new Error('x'), { header: secret }),
      Object.assign(new Error('x'), { request: { headers: { authorization: `Bearer ${secret}` } } }),
      Object.assign(new Error('x'), { log: () => secret, code: secret }),
      Object.assign(new Error('x'), { name: secret }),
      new AggregateError([said], 'several'),
      secret as unknown as Error,
      { secret } as unknown as Error,
    ];
    for (const holder of holders) {
      const shown = safeError(holder, [SECRET_KEY]);
      expect(shown).toBeInstanceOf(Error);
      expect(everything(shown)).not.toContain(bare);
    }
  });

  it('is the original error with class, stack and cause if it holds no secret and no object', () => {
    class OwnError extends Error {
      readonly code = 'E_OWN';
      readonly retries = 3;
    }
    const own = new OwnError('x', { cause: new TypeError('y') });
    expect(safeError(own, [SECRET_KEY])).toBe(own);
  });

  it.each(['name', 'message', 'stack', 'cause'])('quotes no secret that its class holds as its %s', (member) => {
    class Hidden extends Error {}
    const text = `refused ${SECRET_KEY}`;
    Object.defineProperty(Hidden.prototype, member, { get: () => (member === 'cause' ? new Error(text) : text) });
    const error = new Hidden();
    Reflect.deleteProperty(error, 'stack');
    const { name, message, stack, cause } = safeError(error, [SECRET_KEY]);
    expect(String([name, message, stack, cause])).not.toContain(SECRET_KEY);
  });

  it('has a printable name', () => {
    const error = Object.assign(new Error('x'), { name: Symbol('x') });
    Reflect.deleteProperty(error, 'stack');
    expect(typeof safeError(error, []).name).toBe('string');
  });

  it('is checked in linear time for fragments that look like tokens', () => {
    // With the time growing as the square of the length, this one would run into the time limit of any test.
    const text = '-eyJ'.repeat(50_000);
    expect(safeError(new Error(text), []).message).toBe(text);
    expect(safeError(new Error(`x-eyJh.eyJp.c2ln y`), []).message).toBe('[redacted] y');
  });

  it('is a copy with name, message, stack, code and causes if the original holds a secret', () => {
    const own = Object.assign(new RangeError('x', { cause: new TypeError('y') }), { code: 'E_X', request: {} });
    const shown = safeError(own, []);
    expect(shown).not.toBe(own);
    expect(shown).toMatchObject({ name: 'RangeError', message: 'x', code: 'E_X', stack: own.stack, cause: own.cause });
    expect(shown).not.toHaveProperty('request');
  });

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['a symbol', Symbol('x')],
    ['an object', { a: 1 }],
    ['a function', () => undefined],
    ['an error whose members throw', new Proxy(new Error('x'), { get: throws })],
  ])('is an error for %s, too', (_name, thrown) => expect(safeError(thrown, [])).toBeInstanceOf(Error));

  it('is the same in event, log and state', async () => {
    const { authenticator, found, logged } = create({
      fetch: (_input, init) =>
        Promise.reject(Object.assign(new TypeError(`bad: ${JSON.stringify(init?.headers)}`), { init })),
    });
    const state = await authenticator.authenticateRequest(viewOf(bearer('ak_CANARY')));
    const error = await authenticator.verifyApiKey('ak_CANARY').catch((thrown: unknown) => thrown);
    expect(found()).toHaveLength(2);
    expect(everything([state, state.cause, error, found(), logged])).not.toContain(SECRET_KEY);
    expect(state.cause?.message).toContain('[redacted]');
  });
});

describe('several tokens of one request, if this server fails during the check of one', () => {
  const KIDS = ['one', 'two'].map((kid) => sessionToken(createKey('RS256', { kid })));
  const [one = '', two = ''] = KIDS;

  it.each([
    ['sessions', `__session=${one}; __session=${two}; __client_uat=1`],
    ['handshakes', `__clerk_handshake=${one}; __clerk_handshake=${two}`],
  ])('cause no unhandled rejection: %s', async (_name, cookie) => {
    const unheard: unknown[] = [];
    const hear = (reason: unknown) => void unheard.push(reason);
    process.on('unhandledRejection', hear);
    try {
      for (let good = 0; good < 12; good += 1) {
        let left = Infinity;
        const now = () => ((left -= 1) >= 0 ? Date.now() : throws());
        const { authenticator } = create({ now });
        left = good;
        expect(await authenticator.authenticateRequest(viewOf({ cookie }))).not.toHaveProperty('status', 'signed-in');
        await new Promise((resolve) => setImmediate(resolve));
      }
    } finally {
      process.off('unhandledRejection', hear);
    }
    expect(unheard).toEqual([]);
  });
});

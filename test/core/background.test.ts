/** What goes on behind an answer is handed to the `waitUntil` of the request that started it, whatever that makes of it. */
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { RequestView, SessionClaims } from 'bailiff';
import { OPERATIONS } from '../support/clerk.js';
import { handshakeToken, m2mToken, oauthToken, sessionToken, T0 } from '../support/tokens.js';
import { bearer, cookies, key, useBackend, viewOf } from './fixtures.js';

const backend = useBackend();
const FRESH_MS = 300_000;
const lasting = { exp: T0 / 1000 + 1e6 };
const session = (jti: string, more: Partial<SessionClaims> = {}) => sessionToken(key, { ...lasting, jti, ...more });
const RECENT = { iat: (T0 + FRESH_MS) / 1000 - 60, exp: T0 / 1000 + 1e6 };
const directives = () => [`__session=${session('two')}; Path=/`, '__client_uat=1; Path=/'];
const ANY = { acceptsToken: 'any' } as const;

class MemoryStore {
  readonly kept = new Map<string, string>();
  get(name: string) {
    return Promise.resolve(this.kept.get(name));
  }
  set(name: string, value: string) {
    this.kept.set(name, value);
    return Promise.resolve();
  }
  delete() {
    return Promise.resolve();
  }
}

/** The requests whose credential is checked with keys, in every way that leads there. */
const KEYED: readonly (readonly [string, () => RequestView])[] = [
  ['a session token in the header', () => viewOf(bearer(session('two')))],
  ['a session cookie', () => viewOf(cookies(session('two')))],
  ['an M2M token that is a JWT', () => viewOf(bearer(m2mToken(key, lasting)))],
  ['an OAuth token that is a JWT', () => viewOf(bearer(oauthToken(key, lasting)))],
  ['a handshake', () => viewOf({ cookie: `__clerk_handshake=${handshakeToken(key, directives(), {}, RECENT)}` })],
  [
    'a nonce',
    () => {
      backend.clerk.fail({ operation: OPERATIONS.handshake, status: 200, body: { directives: directives() } });
      return viewOf({ cookie: '__clerk_handshake_nonce=one' });
    },
  ],
];

describe('a load of the keys ahead of time', () => {
  let store: MemoryStore;
  beforeEach(() => (store = new MemoryStore()));
  async function aged() {
    const authenticator = backend.create({ cache: { machineTokens: { store } } });
    await authenticator.warmup();
    backend.clock.now = T0 + FRESH_MS * 0.9;
    return authenticator;
  }

  it.each(KEYED)('is passed to %s', async (_, view) => {
    const authenticator = await aged();
    const tasks: Promise<unknown>[] = [];
    const request = { ...view(), waitUntil: (task: Promise<unknown>) => void tasks.push(task) };
    const state = await authenticator.authenticateRequest(request, ANY);
    expect(state.status).toBe('signed-in');
    expect(tasks).toHaveLength(1);
    expect(authenticator.health().ageMs).toBe(FRESH_MS * 0.9);
    await tasks[0];
    expect(authenticator.health().ageMs).toBe(0);
  });

  it('counts as a finished task if it fails', async () => {
    const authenticator = await aged();
    backend.clerk.fail({ status: 503 });
    const tasks: Promise<unknown>[] = [];
    await authenticator.authenticateRequest({
      ...viewOf(bearer(session('two'))),
      waitUntil: (task) => void tasks.push(task),
    });
    await expect(Promise.all(tasks)).resolves.toHaveLength(1);
  });

  it('is started once, and is passed on by the request that started it', async () => {
    const authenticator = await aged();
    const waitUntil = vi.fn();
    for (const jti of ['two', 'three', 'four'])
      await authenticator.authenticateRequest({ ...viewOf(bearer(session(jti))), waitUntil });
    expect(waitUntil).toHaveBeenCalledTimes(1);
  });

  it('`waitUntil` is called with its view as `this`', async () => {
    const authenticator = await aged();
    class View {
      readonly tasks: Promise<unknown>[] = [];
      readonly method = 'GET';
      readonly url = '/';
      header(name: string) {
        return name === 'authorization' ? `Bearer ${session('two')}` : null;
      }
      waitUntil(task: Promise<unknown>) {
        this.tasks.push(task);
      }
    }
    const view = new View();
    await authenticator.authenticateRequest(view);
    expect(view.tasks).toHaveLength(1);
  });

  const failing: readonly (readonly [string, object])[] = [
    ['there is none', {}],
    [
      'it throws',
      {
        waitUntil: () => {
          throw new Error('no execution context');
        },
      },
    ],
    ['it rejects', { waitUntil: () => Promise.reject(new Error('late')) }],
    [
      'it gives a thenable that throws',
      {
        waitUntil: () => ({
          then() {
            throw new Error('odd');
          },
        }),
      },
    ],
    [
      'to look for it throws',
      {
        get waitUntil(): never {
          throw new Error('no execution context');
        },
      },
    ],
  ];
  it.each(failing)('continues if %s', async (_, broken) => {
    const authenticator = await aged();
    const view = viewOf(bearer(session('two')));
    Object.defineProperties(view, Object.getOwnPropertyDescriptors(broken));
    expect(await authenticator.authenticateRequest(view)).toMatchObject({ status: 'signed-in' });
    await vi.waitFor(() => expect(authenticator.health().ageMs).toBe(0));
  });
});

describe('a write to the shared store', () => {
  it.each(['ak_one', 'mt_one', 'oat_one'])('is passed on by the request with %s', async (name) => {
    const store = new MemoryStore();
    const authenticator = backend.create({ cache: { machineTokens: { store } } });
    const tasks: Promise<unknown>[] = [];
    const waitUntil = (task: Promise<unknown>) => void tasks.push(task);
    const view = { ...viewOf(bearer(name)), waitUntil };
    expect(await authenticator.authenticateRequest(view, ANY)).toMatchObject({ status: 'signed-in' });
    expect([tasks.length, store.kept.size]).toEqual([1, 0]);
    await tasks[0];
    expect(store.kept.size).toBe(1);
    // What stands in the store by now is read there, and nothing is written.
    expect(await authenticator.authenticateRequest(view, ANY)).toMatchObject({ status: 'signed-in' });
    expect(tasks).toHaveLength(1);
  });
});

it('a remembered token never reads `waitUntil`', async () => {
  const authenticator = backend.create();
  const token = session('one');
  await authenticator.authenticateRequest(viewOf(bearer(token)));
  await authenticator.warmup();
  const looked = vi.fn();
  for (const headers of [bearer(token), cookies(token)]) {
    const view = Object.defineProperty(viewOf(headers), 'waitUntil', { get: looked });
    expect(authenticator.authenticate(view)).toMatchObject({ status: 'signed-in' });
  }
  expect(looked).not.toHaveBeenCalled();
});

/** Objects of another realm, one by one; whole applications in other realms are in realms.test.ts. */
import { createRequire } from 'node:module';
import { runInNewContext } from 'node:vm';
import { AuthUnavailableError, createAuthenticator } from 'bailiff';
import { createBackendApi } from 'bailiff/api';
import type { LocalInstance } from 'bailiff-local';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { bytesOf, fetchWithSignal, isError, isPromise, tagOf } from '../../src/ground/realm.js';
import { startClerk } from '../support/clerk.js';
import { withBearer } from '../support/requests.js';
import { T0 } from '../support/tokens.js';

/** It brings no types along. */
const { JSDOM } = createRequire(import.meta.url)('jsdom') as {
  JSDOM: new () => {
    window: Pick<typeof globalThis, 'AbortController' | 'AbortSignal' | 'Blob' | 'DOMException' | 'FileReader'>;
  };
};
const foreign = (code: string): unknown => runInNewContext(code, { DOMException });

describe('the kind of a value', () => {
  it('a promise and any thenable are promises', () => {
    for (const value of [
      Promise.resolve(),
      foreign('Promise.resolve()'),
      foreign('(async () => 1)()'),
      { then() {} },
    ]) {
      expect(isPromise(value)).toBe(true);
    }
    for (const value of [undefined, null, 1, {}, { then: 1 }]) expect(isPromise(value)).toBe(false);
  });

  it.each<[string, unknown]>([
    ['Error', new RangeError('x')],
    ["another realm's Error", foreign("new TypeError('x')")],
    ["another realm's subclass", foreign("class Own extends Error {}; new Own('x')")],
    ['a DOMException', new DOMException('x', 'AbortError')],
    ["jsdom's DOMException", new new JSDOM().window.DOMException('x', 'AbortError')],
    ['an error with a tag of its own', Object.assign(new Error('x'), { [Symbol.toStringTag]: 'Own' })],
  ])('%s is an error', (_name, value) => expect(isError(value)).toBe(true));

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['a text', 'Error: x'],
    ['a message alone', { message: 'x' }],
    [
      'an object whose tag throws',
      {
        get [Symbol.toStringTag](): string {
          throw new Error('tag');
        },
        get stack(): string {
          throw new Error('stack');
        },
      },
    ],
  ])('%s is no error', (_name, value) => {
    expect(isError(value)).toBe(false);
    expect(() => tagOf(value)).not.toThrow();
  });

  it('bytes are found in every container, without a copy', () => {
    const buffer = Buffer.from('xabcx').subarray(1, 4);
    for (const value of [
      buffer,
      new DataView(buffer.buffer, buffer.byteOffset, 3),
      new Uint8Array([97, 98, 99]).buffer,
      foreign('new Uint8Array([97, 98, 99])'),
      foreign('new Uint8Array([97, 98, 99]).buffer'),
    ]) {
      expect(new TextDecoder().decode(bytesOf(value)!)).toBe('abc');
    }
    for (const value of [undefined, null, 'abc', [97], {}, { byteLength: 3 }, Promise.resolve()])
      expect(bytesOf(value)).toBeNull();
    expect(bytesOf(buffer)?.buffer).toBe(buffer.buffer);
  });
});

describe('a `fetch` that refuses the AbortSignal of this realm', () => {
  const REFUSALS = [
    `RequestInit: Expected signal ("AbortSignal {}") to be an instance of AbortSignal.`,
    `Failed to construct 'Request': member signal is not of type AbortSignal.`,
    `Incorrect type for the 'signal' field on 'RequestInit': the provided value is not of type 'AbortSignal'.`,
  ];
  let clerk: LocalInstance;
  beforeAll(async () => {
    clerk = await startClerk({ instanceType: 'development' });
  });
  afterAll(() => clerk.close());
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  /** As undici 7 (Node 24): before anything is sent. */
  function refusing(message: string) {
    const { AbortSignal: own } = globalThis;
    const sent: string[] = [];
    const send = (input: string, init?: RequestInit): Promise<Response> => {
      if (init?.signal && !(init.signal instanceof own)) return Promise.reject(new TypeError(message));
      sent.push(input);
      return fetch(input, init);
    };
    const { window } = new JSDOM();
    vi.stubGlobal('AbortController', window.AbortController);
    vi.stubGlobal('AbortSignal', window.AbortSignal);
    return { send, sent };
  }
  const optionsOf = () => ({ secretKey: clerk.secretKey, apiUrl: clerk.apiUrl, now: () => T0, logger: false as const });

  it.each(REFUSALS)('is called without a signal, and once: %s', async (message) => {
    const { send, sent } = refusing(message);
    const authenticator = createAuthenticator({ ...optionsOf(), fetch: send });
    const state = await authenticator.authenticateRequest(withBearer(await clerk.createSessionToken()));
    expect([state.status, sent.length]).toEqual(['signed-in', 1]);
    const { secretKey, apiUrl } = optionsOf();
    const api = createBackendApi({ secretKey, apiUrl, fetch: send, retries: 0 });
    await expect(api.users.count(undefined, { signal: new AbortController().signal })).resolves.toBeDefined();
    expect(sent).toHaveLength(2);
  });

  it('gets the signal if it accepts it', async () => {
    refusing('');
    const authenticator = createAuthenticator(optionsOf());
    expect((await authenticator.authenticateRequest(withBearer(await clerk.createSessionToken()))).status).toBe(
      'signed-in',
    );
  });

  it('is ended by the deadline all the same', async () => {
    const { send } = refusing(REFUSALS[0]!);
    const hanging = (input: string, init?: RequestInit) =>
      init?.signal ? send(input, init) : new Promise<never>(() => undefined);
    const authenticator = createAuthenticator({ ...optionsOf(), fetch: hanging });
    await expect(authenticator.verifyApiKey(`ak_${'x'.repeat(20)}`)).rejects.toBeInstanceOf(AuthUnavailableError);
    const { secretKey, apiUrl } = optionsOf();
    const api = createBackendApi({ secretKey, apiUrl, fetch: hanging, retries: 0, timeoutMs: 50 });
    await expect(api.users.get('user_ada')).rejects.toMatchObject({ code: 'timeout' });
    const controller = new AbortController();
    const stopped = api.users.get('user_ada', { signal: controller.signal, timeoutMs: 20_000 });
    controller.abort();
    await expect(stopped).rejects.toMatchObject({ code: 'aborted' });
  });

  it.each<[string, unknown]>([
    ['an abort', new DOMException('This operation was aborted', 'AbortError')],
    ['a network that fails', new TypeError('fetch failed')],
    ['another argument', new TypeError('Request constructor: duplex is missing')],
    ['an error that only talks of it', new Error('signal is not an AbortSignal')],
  ])('is not repeated for %s', async (_name, error) => {
    const send = vi.fn(() => Promise.reject(error as Error));
    await expect(fetchWithSignal(send, 'http://x/', { signal: new AbortController().signal })).rejects.toBe(error);
    await expect(fetchWithSignal(send, 'http://x/', {})).rejects.toBe(error);
    expect(send).toHaveBeenCalledTimes(2);
  });
});

it('a Blob that only FileReader can read (jsdom before 27) is uploaded as well', async () => {
  const { window } = new JSDOM();
  vi.stubGlobal('FileReader', window.FileReader);
  const blob = new window.Blob([new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])]);
  Object.defineProperty(blob, 'arrayBuffer', { value: undefined });
  const bodies: unknown[] = [];
  const send = (_input: string, init?: RequestInit) => {
    bodies.push(init?.body);
    return Promise.resolve(Response.json({ id: 'user_ada' }));
  };
  const api = createBackendApi({ secretKey: 'sk_test_x', fetch: send });
  try {
    await api.users.setProfileImage('user_ada', { file: blob });
  } finally {
    vi.unstubAllGlobals();
  }
  expect(Buffer.from(bodies[0] as Uint8Array).toString('latin1')).toContain(
    'Content-Type: image/png\r\n\r\n\x89PNG\r\n',
  );
});

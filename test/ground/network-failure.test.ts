/** Told apart: nobody answered, or something here is wrong. Errors as the runtimes really make them, where Node can make them. */
import { createServer } from 'node:http';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isNetworkFailure } from '../../src/ground/network-failure.js';
import { listen, originOf } from '../support/listen.js';

const server = createServer((request, response) => {
  if (request.url === '/reset') request.socket.destroy();
  if (request.url === '/cut') {
    response.writeHead(200, { 'content-length': '100' }).write('x');
    setImmediate(() => request.socket.destroy());
  }
});
let origin = '';
beforeAll(async () => {
  await listen(server);
  origin = originOf(server);
});
afterAll(() => server.close());

const thrownBy = async (run: () => unknown): Promise<unknown> => {
  try {
    await run();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
};

describe('errors of this fetch', () => {
  const network: readonly (readonly [string, () => unknown])[] = [
    ['a refused connection', () => fetch('http://127.0.0.1:9/')],
    ['a name that nobody has', () => fetch('http://nobody.invalid/')],
    ['a connection that is reset', () => fetch(`${origin}/reset`)],
    ['a body that breaks off', async () => (await fetch(`${origin}/cut`)).text()],
    ['an abort', () => fetch(`${origin}/never`, { signal: AbortSignal.abort() })],
    ['a time limit', () => fetch(`${origin}/never`, { signal: AbortSignal.timeout(1) })],
  ];
  it.each(network)('%s is a network failure', async (_name, run) => {
    expect(isNetworkFailure(await thrownBy(run))).toBe(true);
  });

  const faults: readonly (readonly [string, () => unknown])[] = [
    ['a URL that is none', () => fetch('http://[')],
    ['a header that cannot be', () => fetch(origin, { headers: { 'x-y': 'a\nb' } })],
    ['a method that cannot be', () => fetch(origin, { method: 'a b' })],
    ['a signal that is none', () => fetch(origin, { signal: {} as AbortSignal })],
    ['a property of nothing', () => (undefined as unknown as { x: { y: number } }).x.y],
    ['a call of nothing', () => (undefined as unknown as () => void)()],
    ['a name that is not there', () => runInNewContext('nowhere')],
    ['JSON that is none', () => JSON.parse('{')],
    [
      'a stack that overflows',
      () => {
        const deep = (): unknown => deep();
        return deep();
      },
    ],
  ];
  it.each(faults)('%s is a fault', async (_name, run) => {
    expect(isNetworkFailure(await thrownBy(run))).toBe(false);
  });
});

describe('errors of other runtimes and libraries', () => {
  const withCode = (code: string, error: Error = new Error('x')) => Object.assign(error, { code });
  const named = (name: string, message = 'x') => Object.assign(new Error(message), { name });
  it.each<[string, unknown]>([
    ['Chromium', new TypeError('Failed to fetch')],
    ['Firefox', new TypeError('NetworkError when attempting to fetch resource.')],
    ['Safari', new TypeError('Load failed')],
    ['workerd', new Error('Network connection lost.')],
    ['workerd', new Error('internal error; reference = 8h3k')],
    ['Deno', new TypeError('error sending request for url (https://x.test/): client error (Connect)')],
    ['Bun', withCode('ConnectionRefused', new Error('Unable to connect. Is the computer able to access the url?'))],
    ['Bun', new Error('The socket connection was closed unexpectedly.')],
    ['undici with another network', new TypeError('fetch failed', { cause: withCode('ENETUNREACH') })],
    ['undici, all addresses', new TypeError('fetch failed', { cause: new AggregateError([withCode('ECONNREFUSED')]) })],
    ['undici, its own limits', new TypeError('fetch failed', { cause: withCode('UND_ERR_HEADERS_TIMEOUT') })],
    ['undici, a broken answer', new TypeError('fetch failed', { cause: withCode('HPE_INVALID_CONSTANT') })],
    ['TLS', new TypeError('fetch failed', { cause: withCode('CERT_HAS_EXPIRED') })],
    ['TLS', withCode('DEPTH_ZERO_SELF_SIGNED_CERT')],
    ['TLS', withCode('UNABLE_TO_VERIFY_LEAF_SIGNATURE')],
    ['TLS', withCode('ERR_TLS_CERT_ALTNAME_INVALID')],
    ['node-fetch', Object.assign(named('FetchError'), { code: 'ECONNRESET' })],
    ['a resolver', withCode('EAI_AGAIN')],
    ['any library that is late', named('TimeoutError')],
    ['happy-dom', named('NetworkError')],
    ['another realm', runInNewContext("new TypeError('fetch failed')")],
    ['another realm', runInNewContext("Object.assign(new Error('x'), { code: 'ECONNRESET' })")],
  ])('%s: %s is a network failure', (_name, error) => expect(isNetworkFailure(error)).toBe(true));

  it.each<[string, unknown]>([
    ['a property of nothing', new TypeError("Cannot read properties of undefined (reading 'connection closed')")],
    ['that, in Firefox', new TypeError('can\'t access property "x", y is undefined')],
    ['that, behind a fetch', new TypeError('fetch failed', { cause: new TypeError('x is not a function') })],
    ['a typing mistake behind a fetch', new TypeError('fetch failed', { cause: new ReferenceError('x') })],
    ['a bad argument', withCode('ERR_INVALID_ARG_TYPE', new TypeError('The "x" argument'))],
    [
      'undici, a bad argument',
      new TypeError('fetch failed', { cause: withCode('UND_ERR_INVALID_ARG', new TypeError('y')) }),
    ],
    ['a missing file', withCode('ENOENT')],
    ['a plain error', new Error('no')],
    ['a limit of the platform', new Error('Too many subrequests.')],
    ['nothing', undefined],
    ['null', null],
    ['a text', 'fetch failed'],
    ['an object', { message: 'fetch failed' }],
    [
      'an error whose members throw',
      new Proxy(new Error('x'), {
        get: () => {
          throw new Error('get');
        },
      }),
    ],
    [
      'a circle of causes',
      (() => {
        const error = new Error('x');
        error.cause = error;
        return error;
      })(),
    ],
  ])('%s is a fault', (_name, error) => expect(isNetworkFailure(error)).toBe(false));
});

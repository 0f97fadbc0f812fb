/** What Clerk, or something in front of it, answers when it is asked for keys: judged by its content, over real HTTP. */
import { createServer, type Server } from 'node:http';
import { AuthUnavailableError, createAuthenticator, type BailiffEvent } from 'bailiff';
import { afterEach, describe, expect, it } from 'vitest';
import { apiKeyAnswer, createClock, createKey, sessionToken } from '../support/tokens.js';
import { PK_LIVE } from './fixtures.js';
import { listen, originOf } from '../support/listen.js';

const key = createKey();
const other = createKey('RS256', { kid: 'ins_other' });
let server: Server | undefined;
afterEach(
  () => new Promise<void>((resolve) => (server === undefined ? resolve() : void server.close(() => resolve()))),
);

interface Answer {
  readonly status?: number;
  readonly type?: string | null;
  readonly body: string | Uint8Array;
}

async function serve({ status = 200, type = 'application/json', body }: Answer) {
  server = createServer((_request, response) => {
    response.writeHead(status, { connection: 'close', ...(type !== null && { 'content-type': type }) });
    response.end(body);
  });
  await listen(server);
  const events: BailiffEvent[] = [];
  const authenticator = createAuthenticator(
    {
      publishableKey: PK_LIVE,
      secretKey: 'sk_live_CANARYCANARYCANARYCANARY',
      apiUrl: originOf(server),
      now: createClock(),
      onEvent: (event) => void events.push(event),
    },
    {},
  );
  const ask = (token: string) =>
    authenticator.authenticateRequest(
      new Request('https://app.test/', { headers: { authorization: `Bearer ${token}` } }),
      { acceptsToken: ['session_token', 'api_key'] },
    );
  return { authenticator, events, ask };
}

describe('an answer of Clerk', () => {
  const body = JSON.stringify({ keys: [key.jwk] });
  it.each([
    'application/json',
    'application/jwk-set+json',
    'application/jwk-set+json; charset=utf-8',
    'text/plain',
    'application/octet-stream',
    null,
  ])('is accepted as a JWKS under the label %j', async (type) => {
    const { ask } = await serve({ type, body });
    expect((await ask(sessionToken(key))).status).toBe('signed-in');
    expect((await ask(sessionToken(createKey('RS256', { kid: key.kid })))).status).toBe('signed-out');
  });

  it('is accepted about an API key', async () => {
    const { ask } = await serve({ type: 'text/plain', body: JSON.stringify(apiKeyAnswer()) });
    expect((await ask('ak_a_key_of_somebody')).status).toBe('signed-in');
  });

  const { alg: _, ...withoutAlgorithm } = key.jwk as Record<string, unknown>;
  it.each<[string, unknown[]]>([
    ['keys of other kinds around it', [{ kty: 'oct', kid: 'a', k: 'AQ' }, key.jwk, { kty: 'PQC', kid: 'b', pub: 'x' }]],
    ['entries that are none', [null, 7, 'key', [], {}, key.jwk]],
    ['a second key of its id behind it', [key.jwk, { ...other.jwk, kid: key.kid }]],
    ['a broken key of its id before it', [{ kty: 'RSA', kid: key.kid, n: 'AQ', e: 'AQAB' }, key.jwk]],
    ['no `alg`', [withoutAlgorithm]],
    ['members that nobody knows', [{ ...key.jwk, x5c: ['AAAA'], x5u: 'http://127.0.0.1:1/', 'x-a': { b: 1 } }]],
  ])('is accepted with %s', async (_name, keys) => {
    const { ask } = await serve({ body: JSON.stringify({ keys, extra: true }) });
    expect((await ask(sessionToken(key))).status).toBe('signed-in');
    expect((await ask(sessionToken({ ...other, kid: key.kid }))).status).toBe('signed-out');
  });
});

describe('an answer that is no JWKS gives 503 and names its form, not its content', () => {
  it.each<[string, Answer, RegExp]>([
    ['a page', { type: 'text/html', body: '<!doctype html><p>CANARY' }, /status 200\) is no JSON: html\./],
    ['a page that calls itself JSON', { body: '<html>CANARY' }, /is no JSON: html\./],
    [
      'a page of a gateway',
      { status: 502, type: 'text/html', body: '<html>CANARY' },
      /status 502\) is no JSON: html\./,
    ],
    ['nothing', { body: '' }, /is no JSON: empty\./],
    ['a sentence', { type: 'text/plain', body: 'no healthy upstream CANARY' }, /is no JSON: text\./],
    ['XML', { type: 'application/xml', body: '<?xml version="1.0"?><CANARY/>' }, /is no JSON: xml\./],
    ['half of it', { body: '{"keys":[{"kid":"CANARY' }, /is no JSON: broken-json\./],
    ['bytes', { body: new Uint8Array([0x1f, 0x8b, 8, 0, 1, 2]) }, /is no JSON: binary\./],
    ['JSON without a key', { body: '{"keys":[],"note":"CANARY"}' }, /holds no usable key/],
    ['a failure in JSON', { status: 500, body: '{"errors":[{"code":"CANARY"}]}' }, /has the status 500/],
  ])('%s', async (_, answer, detail) => {
    const { authenticator, ask, events } = await serve(answer);
    const state = await ask(sessionToken(key));
    expect(state).toMatchObject({ status: 'unavailable', reason: 'jwk-remote-failed-to-load' });
    expect(state.message).toMatch(detail);
    const error: unknown = await authenticator.warmup().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(AuthUnavailableError);
    expect((error as Error).message).toMatch(detail);
    const failed = events.find(({ type }) => type === 'jwks.failed');
    expect(failed).toMatchObject({ detail: expect.stringMatching(detail) as string });
    expect(JSON.stringify([events, state.message, String(error)])).not.toContain('CANARY');
  });

  it('gives the same for an API key that cannot be checked', async () => {
    const { ask } = await serve({ type: 'text/html', body: '<html>CANARY' });
    const state = await ask('ak_a_key_of_somebody');
    expect(state).toMatchObject({ status: 'unavailable', reason: 'unexpected-error' });
    expect(state.message).toMatch(/is no JSON: html\./);
    expect(state.message).not.toContain('CANARY');
  });
});

/** What is kept of requests for somebody to look at: so much and no more, and no secret. */
import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { createExchangeLog } from '../../packages/local/src/server/exchange-log.js';
import { redactBody } from '../../packages/local/src/server/redaction.js';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

const JSON_TYPE = 'application/json';
const log = () => createExchangeLog(() => null);
const exchange = (body: Uint8Array | string, answer: string | Uint8Array = '', contentType = JSON_TYPE) => ({
  request: {
    method: 'POST',
    path: '/v1/users',
    query: new URLSearchParams(),
    headers: { 'content-type': contentType },
    body: typeof body === 'string' ? Buffer.from(body) : body,
    origin: '',
  },
  response: { status: 200, headers: [['Content-Type', contentType]] as const, body: answer },
  at: 0,
  durationMs: 1,
});

describe('bounds', () => {
  it('keeps 200 entries, and goes on counting', () => {
    const exchanges = log();
    for (let i = 0; i < 250; i++) exchanges.add(exchange('{}'));
    const numbers = exchanges.latest().map(({ number }) => number);
    expect([numbers.length, numbers[0], numbers.at(-1)]).toEqual([200, 250, 51]);
    expect([exchanges.get(50), exchanges.get(51)?.number]).toEqual([undefined, 51]);
    exchanges.clear();
    exchanges.add(exchange('{}'));
    expect(exchanges.latest().map(({ number }) => number)).toEqual([251]);
  });

  it('keeps a megabyte, with 16 kB of each body', () => {
    const exchanges = log();
    const long = 'x'.repeat(100_000);
    for (let i = 0; i < 100; i++) exchanges.add(exchange(long, long));
    const kept = exchanges.latest();
    expect(kept).toHaveLength(32);
    for (const { requestBody, answerBody } of kept)
      for (const { bytes, text } of [requestBody, answerBody]) expect([bytes, text?.length]).toEqual([100_000, 16_384]);
  });

  it('keeps no more of a body than it shows, and shows no binary data', async () => {
    const exchanges = log();
    const add = (body: Uint8Array, type: string) => {
      exchanges.add(exchange(body, '', type));
      return new WeakRef(body);
    };
    const gone = [add(new Uint8Array(100_000).fill(65), JSON_TYPE), add(new Uint8Array(1000), 'image/png')];
    await setImmediate();
    collect();
    expect(gone.map((reference) => reference.deref())).toEqual([undefined, undefined]);
    expect(exchanges.latest().map(({ requestBody }) => requestBody.text?.length ?? null)).toEqual([null, 16_384]);
  });
});

describe('redaction', () => {
  it.each([
    ['{"password":"correct horse"}', 'correct horse'],
    ['{"new_password" : "a\\\\\\"b c"}', 'b c'],
    ['{"code":424242}', '424242'],
    ['{"code":"424242"}', '424242'],
    ['{"backup_codes":["aaaa1111","bbbb2222"]}', 'bbbb2222'],
    ['{"jwt":"eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ1In0.c2ln"}', 'eyJzdWIi'],
    ['{"text":"see eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ1In0.c2ln"}', 'eyJzdWIi'],
    ['{"secret_key":"ak_1234"}', 'ak_1234'],
    ['{"anything":"sk_test_abcdef"}', 'abcdef'],
    ['{"url":"http://x/accept?__clerk_ticket=abc.def&a=1"}', 'abc.def'],
    ['{"uri":"otpauth://totp/x?secret=JBSWY3DP&issuer=x"}', 'JBSWY3DP'],
    ['{"password":"cut off in the mid', 'cut off'],
    ['{"id":"dvb_0123","object":"dev_browser"}', '0123'],
    ['{"password":"cut off behind a backslash\\', 'cut off'],
    ['it said "no: {"list":["a","b"],"password":"correct horse"}', 'correct horse'],
  ])('removes secrets from %s', (text, secret) => {
    const shown = redactBody(text, JSON_TYPE);
    expect(shown).not.toContain(secret);
    expect(shown).toContain('[redacted]');
  });

  it.each([
    '{"errors":[{"code":"form_code_incorrect","message":"is incorrect"}]}',
    '{"strategy":"password","redirect_uri":"http://localhost/","default_token_ttl":3600,"token_type":"bearer"}',
    '{"id":"ak_0123","name":"Reports","scopes":["invoices:read"],"has_password":true,"password":""}',
  ])('keeps %s', (text) => {
    expect(redactBody(text, JSON_TYPE)).toBe(text);
  });

  // A page of any site can send such a body, and an open dashboard reads it every second. Some took minutes.
  it.each([
    ['parameters without an end', '?code', 'text/plain'],
    ['a name without a value', 'a', 'application/x-www-form-urlencoded'],
    ['quotation marks', '\\"', JSON_TYPE],
    ['beginnings of tokens', '-eyJ', JSON_TYPE],
  ])('reads 64 requests of 16 kB in one go: %s', (_, piece, contentType) => {
    const exchanges = log();
    for (let i = 0; i < 64; i++) exchanges.add(exchange(piece.repeat(16_384 / piece.length), '', contentType));
    expect(exchanges.latest()).toHaveLength(64);
  });

  it('reads forms', () => {
    expect(redactBody('identifier=ada&password=correct+horse&code=1', 'application/x-www-form-urlencoded')).toBe(
      'identifier=ada&password=[redacted]&code=[redacted]',
    );
  });
});

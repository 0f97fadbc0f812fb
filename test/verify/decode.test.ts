import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeJwt } from '../../src/verify/decode.js';
import { bufferEncoding, encodeBase64url, portableEncoding } from '../../src/verify/encoding.js';
import { segment } from '../support/tokens.js';

const raw = (text: string | Buffer) => Buffer.from(text as string).toString('base64url');
const HEAD = segment({ alg: 'RS256' });
const BODY = segment({ sub: 'user_ada' });

describe('decodeJwt', () => {
  it('splits a token into its parts', () => {
    const jwt = decodeJwt(`${HEAD}.${BODY}.AQID`);
    expect(jwt).toMatchObject({ header: { alg: 'RS256' }, payload: { sub: 'user_ada' } });
    expect([...(jwt?.signature ?? [])]).toEqual([1, 2, 3]);
    expect(jwt?.token.slice(0, jwt.signedLength)).toBe(`${HEAD}.${BODY}`);
  });

  it('never gives the remembered header of one token to another', () => {
    const headerOf = (head: string) => decodeJwt(`${head}.${BODY}.AQID`)?.header ?? null;
    const other = segment({ alg: 'none' });
    const first = headerOf(HEAD);
    expect(headerOf(HEAD)).toBe(first);
    expect(Object.isFrozen(first)).toBe(true);
    for (const [head, expected] of [
      [other, { alg: 'none' }],
      [HEAD, { alg: 'RS256' }],
      [`${HEAD}=`, null],
      [`${HEAD.slice(0, -1)}`, null],
      [HEAD, { alg: 'RS256' }],
      [segment('x'), null],
      [other, { alg: 'none' }],
    ] as const)
      expect(headerOf(head), head).toEqual(expected);
  });

  it.each([
    ['nothing', ''],
    ['dots alone', '..'],
    ['two parts', `${HEAD}.${BODY}`],
    ['an empty header', `.${BODY}.AQID`],
    ['an empty payload', `${HEAD}..AQID`],
    ['an empty signature', `${HEAD}.${BODY}.`],
    ['four parts', `${HEAD}.${BODY}.AQID.AQID`],
    ['five parts', `${HEAD}.${BODY}.AQID.AQID.AQID`],
    ['padding', `${HEAD}.${BODY}.AQI=`],
    ['the other alphabet', `${HEAD}.${BODY}.A+/D`],
    ['white space inside', `${HEAD}.${BODY}.AQ ID`],
    ['white space around', ` ${HEAD}.${BODY}.AQID`],
    ['a line break at the end', `${HEAD}.${BODY}.AQID\n`],
    ['spare bits that are not zero', `${HEAD}.${BODY}.AR`],
    ['a length that no bytes have', `${HEAD}.${BODY}.A`],
    ['characters that are not ASCII', `${HEAD}.${BODY}.AQ\u0131D`],
    ['a header that is null', `${segment(null)}.${BODY}.AQID`],
    ['a payload that is null', `${HEAD}.${segment(null)}.AQID`],
    ['a header that is a list', `${segment([])}.${BODY}.AQID`],
    ['a payload that is a number', `${HEAD}.${segment(1)}.AQID`],
    ['a payload that is a text', `${HEAD}.${segment('x')}.AQID`],
    ['a payload that is no JSON', `${HEAD}.${raw('{')}.AQID`],
    ['a payload with something behind it', `${HEAD}.${raw('{}x')}.AQID`],
    ['bytes that are not UTF-8', `${HEAD}.${raw(Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]))}.AQID`],
    ['an overlong encoding', `${HEAD}.${raw(Buffer.from([0x7b, 0x22, 0xc0, 0xaf, 0x22, 0x3a, 0x31, 0x7d]))}.AQID`],
    ['a byte order mark', `${HEAD}.${raw('\uFEFF{}')}.AQID`],
    ['more than 16 kB', `${HEAD}.${segment({ sub: 'x'.repeat(13_000) })}.AQID`],
  ])('refuses %s', (_, token) => {
    expect(decodeJwt(token)).toBeNull();
  });

  it('accepts a real U+FFFD and a token just under the size limit', () => {
    expect(decodeJwt(`${HEAD}.${segment({ name: '\uFFFD' })}.AQID`)?.payload).toEqual({ name: '\uFFFD' });
    expect(decodeJwt(`${HEAD}.${segment({ sub: 'x'.repeat(12_000) })}.AQID`)).not.toBeNull();
  });

  it('keeps names of the prototype as plain data', () => {
    const jwt = decodeJwt(`${HEAD}.${raw('{"__proto__":{"sub":"user_eve"}}')}.AQID`);
    expect(jwt?.payload['sub']).toBeUndefined();
    expect(({} as Record<string, unknown>)['sub']).toBeUndefined();
  });

  it('decodes what was encoded, and never throws', () => {
    const header = fc.dictionary(fc.string(), fc.jsonValue());
    fc.assert(
      fc.property(header, header, fc.uint8Array({ minLength: 1, maxLength: 600 }), (head, body, signature) => {
        const jwt = decodeJwt(`${segment(head)}.${segment(body)}.${raw(Buffer.from(signature))}`);
        expect(jwt?.header).toEqual(JSON.parse(JSON.stringify(head)));
        expect(jwt?.payload).toEqual(JSON.parse(JSON.stringify(body)));
        expect(Buffer.from(jwt?.signature ?? []).equals(Buffer.from(signature))).toBe(true);
      }),
    );
    fc.assert(fc.property(fc.oneof(fc.string(), fc.string({ unit: 'binary' })), (text) => void decodeJwt(text)));
    const alphabet = fc.string({ unit: fc.constantFrom(...'AQIDeyJ0-_.+/= '), maxLength: 60 });
    fc.assert(
      fc.property(alphabet, (text) => void decodeJwt(text)),
      { numRuns: 2000 },
    );
  });
});

describe('two decoders of base64url', () => {
  const fast = bufferEncoding(Buffer);
  const portable = portableEncoding();
  const anyText = fc.oneof(
    fc.string({ unit: fc.constantFrom(...'ABCDwxyz0189-_+/=. \u0100'), maxLength: 24 }),
    fc.uint8Array({ maxLength: 80 }).map((bytes) => Buffer.from(bytes).toString('base64url')),
    fc.string({ unit: 'binary' }).map((text) => raw(text)),
  );

  it('agree about every text', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const bytes = fast.bytes(text);
        expect(portable.bytes(text) && [...(portable.bytes(text) ?? [])]).toEqual(bytes && [...bytes]);
        expect(portable.text(text)).toEqual(fast.text(text));
        if (bytes !== null) expect(encodeBase64url(bytes)).toBe(text);
      }),
      { numRuns: 2000 },
    );
  });

  it.each(['A', 'AB=', 'AR', 'A A', 'A+', 'é'])('refuse %j', (text) => {
    expect(fast.bytes(text)).toBeNull();
    expect(portable.bytes(text)).toBeNull();
    expect(fast.text(text)).toBeNull();
    expect(portable.text(text)).toBeNull();
  });
});

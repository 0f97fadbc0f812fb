/** Encodings and signatures: what a lenient decoder would let through (RFC 7515 section 2, RFC 4648 section 3.5). */
import { headerOf, sessionClaimsV2, signJwt } from '../../support/tokens.js';
import { base64url, bearer, good, reshaped, type Attack, type Fixtures } from '../fixtures.js';

const reshape = (change: (parts: [string, string, string]) => readonly string[]) => (fixtures: Fixtures) =>
  bearer(reshaped(good(fixtures), change));

/** Sets the unused low bits of the last character: the same bytes to a lenient decoder, another token to a cache. */
function spareBits(segment: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  const last = alphabet.indexOf(segment.at(-1) ?? 'A');
  return segment.slice(0, -1) + (alphabet[last + 1] ?? 'B');
}

const shapes: Attack[] = [
  { id: 'shape-control', send: (fixtures) => bearer(good(fixtures)), expect: 200 },
  { id: 'shape-two-parts', send: reshape(([h, p]) => [h, p]), expect: 401 },
  { id: 'shape-four-parts', send: reshape(([h, p, s]) => [h, p, s, s]), expect: 401 },
  { id: 'shape-five-parts', send: reshape(([h, p, s]) => [h, '', '', p, s]), expect: 401 },
  { id: 'shape-trailing-dot', send: reshape(([h, p, s]) => [h, p, s, '']), expect: 401 },
  { id: 'shape-leading-dot', send: reshape(([h, p, s]) => ['', h, p, s]), expect: 401 },
  { id: 'shape-empty-header', send: reshape(([, p, s]) => ['', p, s]), expect: 401 },
  { id: 'shape-empty-payload', send: reshape(([h, , s]) => [h, '', s]), expect: 401 },
  { id: 'shape-only-dots', send: () => bearer('..'), expect: 401 },
  { id: 'shape-swapped', send: reshape(([h, p, s]) => [p, h, s]), expect: 401 },
  { id: 'shape-giant', send: () => bearer(`${'A'.repeat(7000)}.${'A'.repeat(4000)}.AAAA`), expect: 401 },
];

const characters: Attack[] = [
  {
    id: 'char-standard-alphabet',
    send: reshape(([h, p, s]) => [h, p, s.replaceAll('-', '+').replaceAll('_', '/')]),
    expect: [401],
  },
  { id: 'char-space-inside', send: reshape(([h, p, s]) => [h, `${p.slice(0, 9)} ${p.slice(9)}`, s]), expect: 401 },
  { id: 'char-percent', send: reshape(([h, p, s]) => [h, `${p}%3D`, s]), expect: 401 },
  { id: 'char-tab', send: reshape(([h, p, s]) => [h, `${p}\t`, s]), expect: 401 },
  { id: 'char-high-bit', send: reshape(([h, p, s]) => [h, `${p}\u00e9`, s]), expect: [400, 401] },
  {
    id: 'char-remainder-one',
    send: reshape(([h, p, s]) => [h, `${p}AAAAA`.slice(0, p.length - (p.length % 4) + 1), s]),
    expect: 401,
  },
  { id: 'char-comma-joined', send: (fixtures) => bearer(`${good(fixtures)}, ${good(fixtures)}`), expect: 401 },
];

const json: Attack[] = [
  'null',
  '[]',
  '"x"',
  '1',
  'true',
  '',
  '{',
  '{"a":}',
  '{}{}',
  '\ufeff{}',
  '{"alg":"RS256"',
  'undefined',
].flatMap((text, index): Attack[] => [
  {
    id: `json-payload-${index}`,
    send: (fixtures) =>
      bearer(signJwt(headerOf(fixtures.own, { cat: 'cl_B7d4PD111AAA' }), text === '' ? ' ' : text, fixtures.own)),
    expect: 401,
  },
  {
    id: `json-header-${index}`,
    send: (fixtures) => bearer(signJwt(text === '' ? ' ' : text, sessionClaimsV2(), fixtures.own)),
    expect: 401,
  },
]);

const utf8: Attack[] = [
  {
    id: 'utf8-invalid-payload',
    send: (fixtures) => {
      const bytes = Buffer.concat([
        Buffer.from(JSON.stringify(sessionClaimsV2()).slice(0, -2)),
        Buffer.from([0xff, 0xfe, 0x22, 0x7d]),
      ]);
      return bearer(signJwt(headerOf(fixtures.own, { cat: 'cl_B7d4PD111AAA' }), bytes, fixtures.own));
    },
    expect: 401,
  },
  {
    id: 'utf8-overlong',
    send: (fixtures) =>
      bearer(
        signJwt(
          headerOf(fixtures.own),
          Buffer.concat([Buffer.from('{"sub":"'), Buffer.from([0xc0, 0xaf]), Buffer.from('"}')]),
          fixtures.own,
        ),
      ),
    expect: 401,
  },
];

const signatures: Attack[] = [
  { id: 'signature-empty', send: reshape(([h, p]) => [h, p, '']), expect: 401 },
  { id: 'signature-truncated', send: reshape(([h, p, s]) => [h, p, s.slice(0, -4)]), expect: 401 },
  { id: 'signature-extended', send: reshape(([h, p, s]) => [h, p, `${s}AAAA`]), expect: 401 },
  { id: 'signature-zero', send: reshape(([h, p]) => [h, p, base64url(Buffer.alloc(256))]), expect: 401 },
  { id: 'signature-ones', send: reshape(([h, p]) => [h, p, base64url(Buffer.alloc(256, 0xff))]), expect: 401 },
  {
    id: 'signature-first-byte',
    send: reshape(([h, p, s]) => [h, p, (s.startsWith('A') ? 'B' : 'A') + s.slice(1)]),
    expect: 401,
  },
  { id: 'signature-spare-bits', send: reshape(([h, p, s]) => [h, p, spareBits(s)]), expect: 401 },
  {
    id: 'payload-changed',
    send: reshape(([h, , s]) => [h, base64url(JSON.stringify(sessionClaimsV2({ sub: 'user_eve' }))), s]),
    expect: 401,
  },
  {
    id: 'payload-spare-bits',
    send: reshape(([h, p, s]) => [h, p.length % 4 === 0 ? `${p}A` : spareBits(p), s]),
    expect: 401,
  },
  {
    id: 'header-changed',
    send: reshape(([, p, s]) => [base64url('{"alg":"RS256","kid":"ins_own","typ":"JWT","x":1}'), p, s]),
    expect: 401,
  },
  {
    id: 'signature-psychic',
    send: (fixtures) => {
      const input = `${base64url(JSON.stringify(headerOf(fixtures.ec)))}.${base64url(JSON.stringify(sessionClaimsV2()))}`;
      return bearer(`${input}.${base64url(Buffer.alloc(64))}`);
    },
    expect: 401,
  },
  {
    id: 'signature-ecdsa-der',
    send: (fixtures) =>
      bearer(
        `${base64url(JSON.stringify(headerOf(fixtures.ec)))}.${base64url(JSON.stringify(sessionClaimsV2()))}.${base64url(Buffer.from('3006020101020101', 'hex'))}`,
      ),
    expect: 401,
  },
  {
    id: 'signature-eddsa-zero',
    send: (fixtures) =>
      bearer(
        `${base64url(JSON.stringify(headerOf(fixtures.ed)))}.${base64url(JSON.stringify(sessionClaimsV2()))}.${base64url(Buffer.alloc(64))}`,
      ),
    expect: 401,
  },
];

export const encodings: readonly Attack[] = [...shapes, ...characters, ...json, ...utf8, ...signatures];

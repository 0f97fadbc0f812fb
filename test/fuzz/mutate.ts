/** Turns known attacks into unknown ones: seeded mutations of their headers and targets. */
import type { Attack, Fixtures, Sent } from '../attacks/fixtures.js';
import { HOST } from '../attacks/fixtures.js';

/** mulberry32: a small seeded generator, so that a failing run can be repeated. */
export function createRandom(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

type Random = ReturnType<typeof createRandom>;

const PIECES = [
  ...[
    '.',
    '..',
    '=',
    ';',
    '; ',
    ',',
    '%',
    '%00',
    '%3B',
    '%zz',
    '//',
    '/',
    '\\',
    '?',
    '&',
    '#',
    '@',
    ':',
    '"',
    "'",
    ' ',
    '\t',
    '[',
    ']',
    '{',
    '}',
  ],
  ...[
    '__session=',
    '__session_JO1anrym=',
    '__client_uat=',
    '__client_uat=0',
    '__client_uat=1e999',
    '__refresh_JO1anrym=x',
    '__clerk_handshake=',
    '__clerk_handshake_nonce=n',
    '__clerk_synced=false',
    '__clerk_db_jwt=d',
    '__clerk_redirect_count=2',
    '__clerk_redirect_url=//x',
  ],
  ...[
    'Bearer ',
    'Basic ',
    'ak_',
    'mt_',
    'oat_',
    'mch_',
    'null',
    '__proto__',
    'constructor',
    '1e400',
    '-1',
    '9007199254740993',
    'eyJhbGciOiJub25lIn0',
    'AAAA',
    '\u00ff',
    '\u0080',
  ],
] as const;

const HEADERS = [
  'authorization',
  'cookie',
  'host',
  'referer',
  'origin',
  'accept',
  'sec-fetch-dest',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-forwarded-for',
  'content-type',
  'upgrade',
  'connection-x',
];
const METHODS = ['GET', 'GET', 'GET', 'GET', 'POST', 'HEAD', 'OPTIONS', 'DELETE', 'PUT', 'PATCH', 'TRACE'];

const pick = <T>(random: Random, list: readonly T[]): T => list[random(list.length)] as T;

function mutateText(text: string, random: Random): string {
  const at = random(text.length + 1);
  switch (random(7)) {
    case 0:
      return text.slice(0, at) + pick(random, PIECES) + text.slice(at);
    case 1:
      return text.slice(0, at) + text.slice(at + 1 + random(8));
    case 2:
      return text.slice(0, at) + String.fromCharCode(33 + random(94)) + text.slice(at + 1);
    case 3:
      return text.slice(at) + text.slice(0, at);
    case 4:
      return text + text.slice(0, at);
    case 5:
      return text.slice(0, at);
    default:
      return text.slice(0, at) + pick(random, PIECES).repeat(1 + random(20)) + text.slice(at);
  }
}

/** One hostile request: bytes, and the method it uses. */
export function nextRequest(
  corpus: readonly Attack[],
  fixtures: Fixtures,
  random: Random,
): { bytes: Buffer; method: string; shown: string } {
  const base: Sent = pick(random, corpus).send(fixtures);
  const other: Sent = pick(random, corpus).send(fixtures);
  const method = random(4) === 0 ? pick(random, METHODS) : (base.method ?? 'GET');
  let target = base.target ?? '/user';
  if (random(4) === 0) target = mutateText(target, random).replaceAll(/[\s\u0080-\uffff]/g, '') || '/';
  const headers: [string, string][] = [...(base.headers ?? []), ...(random(3) === 0 ? (other.headers ?? []) : [])].map(
    ([name, value]) => [name, value],
  );
  for (let count = random(3); count > 0; count--)
    headers.push([pick(random, HEADERS), pick(random, PIECES).repeat(1 + random(3))]);
  for (const header of headers)
    if (random(2) === 0) header[1] = mutateText(header[1], random).replaceAll(/[\r\n\0]/g, '');
  if (!headers.some(([name]) => name === 'host')) headers.unshift(['host', HOST]);
  const lines = headers.map(([name, value]) => `${name}: ${value}`);
  const text = `${method} ${target} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`;
  return { bytes: Buffer.from(text, 'latin1'), method, shown: text };
}

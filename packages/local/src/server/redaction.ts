/**
 * What is cut out of requests and answers before they are kept for somebody to read: keys, tokens, passwords, codes.
 *
 * Pages of any site can send a body, and the dashboard reads it again every second. So no pattern here begins anew inside of what it has just looked
 * through: three that did took minutes for 16 kB.
 */
import type { LocalRequest } from '../http/messages.js';

const CUT = '[redacted]';
const SECRET_HEADERS = new Set(['authorization', 'cookie', 'set-cookie', 'proxy-authorization', 'clerk-secret-key']);
const SECRET_PARAMETER = /token|jwt|secret|session|handshake|nonce|ticket|code/i;
/** A parameter of a link, also within text. */
const PARAMETER = /([?&])([^=&?"\s]*)=([^&"\s]*)/g;

export type HeaderLines = readonly (readonly [name: string, value: string])[];

export function redactHeaders(headers: LocalRequest['headers']): Record<string, string> {
  const lines = Object.entries(headers).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  );
  return Object.fromEntries(redactHeaderLines(lines));
}

/** Names in lower case; one may come several times. */
export const redactHeaderLines = (lines: HeaderLines): HeaderLines =>
  lines.map(([name, value]) => [name, SECRET_HEADERS.has(name) ? redact(name, value) : value]);

export function redactQuery(query: URLSearchParams): string {
  return query.size === 0 ? '' : redactParameters(`?${query.toString()}`);
}

const redactParameters = (text: string): string =>
  text.replace(PARAMETER, (all, mark: string, name: string) =>
    SECRET_PARAMETER.test(name) ? `${mark}${name}=${CUT}` : all,
  );

function redact(name: string, value: string): string {
  if (name === 'cookie') return value.replace(/=[^;]*/g, `=${CUT}`);
  if (name === 'set-cookie') return value.replace(/=[^;]*/, `=${CUT}`);
  const kind = /^(\w+) +((?:sk_test_|sk_live_|ak_|mt_|oat_)?)/.exec(value);
  return kind === null ? CUT : `${String(kind[1])} ${String(kind[2])}${CUT}`;
}

/** Names of fields end with one of these. */
const SECRET_FIELD =
  /(?:^|_)(?:password|secret|secret_key|signing_key|private_key|token|jwt|ticket|nonce|handshake|codes?|code_verifier|digest|assertion|totp|saml_response)$/i;
/** The inside of a text of JSON, which may be cut off anywhere. */
const INSIDE = String.raw`(?:[^"\\]|\\[^]|\\$)*`;
const VALUE = String.raw`"${INSIDE}(?:"|$)|-?\d[\d.]*|\[[^\]]*(?:\]|$)`;
/**
 * A member whose value is text, a number or a list; or what is none, up to the next quotation mark: where text stands around the JSON, that one may
 * begin a name.
 */
const MEMBER = new RegExp(String.raw`"(${INSIDE})(?:"(\s*:\s*)(${VALUE})|(?="|$))`, 'g');
/** Codes of errors are words, and tell what is wrong: `form_code_incorrect`. */
const ERROR_CODE = /^"[a-z0-9]+(?:_[a-z0-9]+)+"$/;
/** Signed tokens and secret keys wherever they stand. A token is looked for once in each run of its letters. */
const ANYWHERE: readonly (readonly [RegExp, string])[] = [
  [/(?<![\w-])(?=(?:[\w-]*-)?eyJ[\w-]{8})[\w-]+\.[\w-]*(?:\.[\w-]*)?/g, CUT],
  [/\b(sk_(?:test|live)_|whsec_|oat_|dvb_)[\w+/=]+/g, `$1${CUT}`],
];

/** The text of a body, of JSON or of a form, perhaps cut off. */
export function redactBody(text: string, contentType: string): string {
  const named = contentType.includes('x-www-form-urlencoded') ? redactForm(text) : redactMembers(text);
  return redactParameters(ANYWHERE.reduce((rest, [pattern, put]) => rest.replace(pattern, put), named));
}

const redactMembers = (text: string): string =>
  text.replace(MEMBER, (all, name: string, colon: string | undefined, value: string | undefined) => {
    if (colon === undefined || value === undefined) return all;
    const keeps = !SECRET_FIELD.test(name) || value === '""' || (name === 'code' && ERROR_CODE.test(value));
    return keeps ? all : `"${name}"${colon}"${CUT}"`;
  });

const redactForm = (text: string): string =>
  text.replace(/(^|&)([^=&]*)=[^&]*/g, (all, mark: string, name: string) =>
    SECRET_FIELD.test(name) ? `${mark}${name}=${CUT}` : all,
  );

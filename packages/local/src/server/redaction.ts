/** What is cut out of requests and answers before they are kept for somebody to read: keys, tokens, passwords, codes. */
import type { LocalRequest } from '../http/messages.js';

const CUT = '[redacted]';
const SECRET_HEADERS = new Set(['authorization', 'cookie', 'set-cookie', 'proxy-authorization', 'clerk-secret-key']);
const SECRET_PARAMETERS = /([?&][^=&]*(?:token|jwt|secret|session|handshake|nonce|ticket|code)[^=&]*=)[^&]*/gi;

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
  return query.size === 0 ? '' : `?${query.toString()}`.replace(SECRET_PARAMETERS, `$1${CUT}`);
}

function redact(name: string, value: string): string {
  if (name === 'cookie') return value.replace(/=[^;]*/g, `=${CUT}`);
  if (name === 'set-cookie') return value.replace(/=[^;]*/, `=${CUT}`);
  const kind = /^(\w+) +((?:sk_test_|sk_live_|ak_|mt_|oat_)?)/.exec(value);
  return kind === null ? CUT : `${String(kind[1])} ${String(kind[2])}${CUT}`;
}

/** Names of fields end with one of these. */
const SECRET_FIELD =
  /(?:^|_)(?:password|secret|secret_key|signing_key|private_key|token|jwt|ticket|nonce|handshake|codes?|code_verifier|digest|assertion|totp|saml_response)$/i;
/** A member of JSON whose value is text, a number or a list; the text may be cut off at its end. */
const MEMBER = /"((?:[^"\\]|\\.)*)"(\s*:\s*)("(?:[^"\\]|\\.)*(?:"|$)|-?\d[\d.]*|\[[^\]]*(?:\]|$))/g;
/** Codes of errors are words, and tell what is wrong: `form_code_incorrect`. */
const ERROR_CODE = /^"[a-z0-9]+(?:_[a-z0-9]+)+"$/;
/** Signed tokens and secret keys wherever they stand, and parameters of links within text. */
const ANYWHERE: readonly (readonly [RegExp, string])[] = [
  [/\beyJ[\w-]{8,}\.[\w-]*(?:\.[\w-]*)?/g, CUT],
  [/\b(sk_(?:test|live)_|whsec_|oat_|dvb_)[\w+/=]+/g, `$1${CUT}`],
  [/([?&][^=&"\s]*(?:token|jwt|secret|session|handshake|nonce|ticket|code)[^=&"\s]*=)[^&"\s]*/gi, `$1${CUT}`],
];

/** The text of a body, of JSON or of a form, perhaps cut off. */
export function redactBody(text: string, contentType: string): string {
  const named = contentType.includes('x-www-form-urlencoded') ? redactForm(text) : redactMembers(text);
  return ANYWHERE.reduce((rest, [pattern, put]) => rest.replace(pattern, put), named);
}

const redactMembers = (text: string): string =>
  text.replace(MEMBER, (all, name: string, colon: string, value: string) => {
    const keeps = !SECRET_FIELD.test(name) || value === '""' || (name === 'code' && ERROR_CODE.test(value));
    return keeps ? all : `"${name}"${colon}"${CUT}"`;
  });

const redactForm = (text: string): string =>
  text.replace(/([^=&]+)=([^&]*)/g, (all, name: string) => (SECRET_FIELD.test(name) ? `${name}=${CUT}` : all));

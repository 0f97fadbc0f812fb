/** The body of an answer of the Backend API: JSON, or the kind of what came instead. */

/** The kind of a body that is not JSON, by its first characters. It holds nothing of the content. */
export type NotJson = 'empty' | 'html' | 'xml' | 'broken-json' | 'binary' | 'text';

export interface UpstreamBody {
  /** `undefined` where it is no JSON. */
  readonly body: unknown;
  /** Absent where it is. */
  readonly notJson?: NotJson;
}

/**
 * Judges a body by its content, because `Content-Type` says little: proxies, gateways and file servers send good JSON as
 * `application/jwk-set+json` (RFC 7517, section 8.5.2), as `text/plain` or without a type, and error pages as JSON.
 */
export function readUpstreamBody(text: string): UpstreamBody {
  try {
    return { body: JSON.parse(text) as unknown };
  } catch {
    return { body: undefined, notJson: sniff(text.slice(0, SNIFFED).trimStart()) };
  }
}

/** Characters that are looked at. Enough for the blanks and comments that pages begin with. */
const SNIFFED = 1_024;

/** The first pattern that matches decides. U+FFFD is what bytes become that are no UTF-8. */
const KINDS: readonly (readonly [kind: NotJson, pattern: RegExp])[] = [
  ['empty', /^$/],
  ['binary', /^[^]{0,64}(?![\t-\r])[\p{Cc}\ufffd]/u],
  ['html', /^(?:<!--[^]*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b/i],
  ['xml', /^</],
  ['broken-json', /^[[{"]/],
];

function sniff(start: string): NotJson {
  return KINDS.find(([, pattern]) => pattern.test(start))?.[0] ?? 'text';
}

/** The list of errors in a body, as on the wire; empty where there is none. Nobody has checked its entries. */
export function errorsIn(body: unknown): readonly unknown[] {
  const { errors } = Object(body) as { readonly errors?: unknown };
  return Array.isArray(errors) ? errors : [];
}

/** The code of the first error in a body, unchecked; undefined where there is none. */
export function firstErrorCode(body: unknown): unknown {
  return (Object(errorsIn(body)[0]) as { readonly code?: unknown }).code;
}

/** What was wrong with an answer, in a sentence for messages and events; nothing of its content. */
export function describeAnswer({ status, notJson }: { readonly status: number; readonly notJson?: NotJson }): string {
  return notJson ? `The answer (status ${status}) is no JSON: ${notJson}.` : `The answer has the status ${status}.`;
}

/** The error code that refuses this server's own key. */
export const KEY_INVALID = 'clerk_key_invalid';

/**
 * Whether an answer says nothing about what was asked: a redirect, a failure, the refusal of this server's own key, or a status by which a
 * firewall or a proxy between Clerk and this server answers. Those have no error code of Clerk's.
 */
export function isNoVerdict({ status, body }: { readonly status: number; readonly body: unknown }): boolean {
  if (status < 400 || status >= 500 || status === 429) return true;
  const code = firstErrorCode(body);
  return code === KEY_INVALID || (code === undefined && [401, 403, 407, 408].includes(status));
}

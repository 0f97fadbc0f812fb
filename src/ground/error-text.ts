/** Errors of any origin made safe to show: without secrets, and without characters that could forge a line of a log. */
import { isError } from './realm.js';
import { asError } from './as-error.js';

const DEEPEST = 5;
const MOST_FRAMES = 15;
const LONGEST_LINE = 500;

/**
 * What no error may quote: keys and tokens of Clerk by their prefix, JWTs, and what follows `Bearer`. A `fetch` that refuses a
 * header, for example, says what stood in it. A JWT is looked for once in each run of its letters: to begin anew at each `-eyJ`
 * took half a second for 16 kB, and a message may quote what a stranger sent.
 */
const SECRET =
  /\b(?:sk_(?:live|test)|ak|mt|oat|whsec|dvb)_[\w+/=-]{6,}|(?<![\w-])(?=(?:[\w-]*-)?eyJ)[\w-]+\.[\w-]*(?:\.[\w-]*)?|\bBearer\s+[^\s"',]+/gi;
const REDACTED = '[redacted]';

/**
 * What was thrown, as an error that listeners and logs may have: the thing itself where it holds but text and numbers, and no
 * secret among them; else a copy of its name, message, stack, code and cause. (Errors of HTTP clients hold the request.)
 *
 * @param secrets texts that are secret whatever they look like
 */
export function safeError(thrown: unknown, secrets: readonly string[], depth = DEEPEST): Error {
  try {
    const error = asError(thrown);
    const cause = safeCause(error.cause, secrets, depth);
    const isPlain = (key: PropertyKey): boolean =>
      key === 'cause'
        ? cause === error.cause
        : isHarmless(error[key as 'name'], secrets) || isListOfSafe(error[key as 'name'], secrets, depth);
    // Name and message may come from the class, and must be texts.
    const isText = typeof error.name === 'string' && typeof error.message === 'string';
    const keys = [...Reflect.ownKeys(error), 'name', 'message', 'stack', 'cause'];
    return isText && keys.every(isPlain) ? error : copyOf(error, cause, secrets);
  } catch {
    return new Error('Something was thrown that cannot be looked at.');
  }
}

/** An `AggregateError` has one error for each address that was tried. */
function isListOfSafe(value: unknown, secrets: readonly string[], depth: number): boolean {
  return Array.isArray(value) && depth > 0 && value.every((item) => safeCause(item, secrets, depth) === item);
}

/**
 * A cause that the error of a caller may have: a text or a number as it is, an error as {@link safeError} gives it, and nothing in place of
 * anything else.
 */
export function safeCause(cause: unknown, secrets: readonly string[], depth = DEEPEST): unknown {
  if (isError(cause)) return depth > 0 ? safeError(cause, secrets, depth - 1) : undefined;
  return isHarmless(cause, secrets) ? cause : undefined;
}

function isHarmless(value: unknown, secrets: readonly string[]): boolean {
  if (typeof value === 'string') return redact(value, secrets) === value;
  return (typeof value !== 'object' || value === null) && typeof value !== 'function';
}

function copyOf(error: Error, cause: unknown, secrets: readonly string[]): Error {
  // What `fetch` rejects with stays a `TypeError`.
  const Copy = error.name === 'TypeError' ? TypeError : Error;
  const copy = new Copy(redact(error.message, secrets), cause === undefined ? undefined : { cause });
  const { code } = error as { readonly code?: unknown };
  for (const [key, value] of Object.entries({ name: error.name, stack: error.stack, code })) {
    if (typeof value !== 'string') continue;
    Object.defineProperty(copy, key, { value: redact(value, secrets), configurable: true, writable: true });
  }
  return copy;
}

function redact(text: string, secrets: readonly string[]): string {
  return secrets.reduce((rest, secret) => rest.replaceAll(secret, REDACTED), text).replace(SECRET, REDACTED);
}

/** A text from outside for a log or an event: on one line, and empty if it holds a secret. */
export function safeText(text: string): string {
  return redact(text, []) === text ? text.replace(UNSEEN, '') : '';
}

/** Where an error was made, to know it again: its class and the innermost frame. */
export function throwSite(error: Error): string {
  return `${error.name} ${framesOf(error)[0] ?? ''}`;
}

/** Class, message, stack and causes. A message takes one line, whatever line breaks are in it. */
export function describeError(error: Error, depth = DEEPEST): string {
  const lines = [`${error.name}: ${error.message}`, ...framesOf(error).slice(0, MOST_FRAMES)].map(oneLine);
  const { cause } = error;
  if (cause !== undefined && depth > 0) {
    const text = typeof cause === 'string' ? oneLine(cause) : typeof cause;
    lines.push(`Caused by: ${isError(cause) ? describeError(cause, depth - 1) : text}`);
  }
  return lines.join('\n');
}

/** The lines of a stack that are frames (V8; Firefox and Safari), not those of a message. */
function framesOf({ stack }: Error): readonly string[] {
  return String(stack ?? '')
    .split('\n')
    .filter((line) => /^\s+at |^[\w$./<>]*@/.test(line));
}

/** Control characters, line separators, and what turns the direction of text. */
// eslint-disable-next-line no-control-regex -- they are what is looked for
const UNSEEN = /[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g;

function oneLine(text: string): string {
  const cut = text.length > LONGEST_LINE ? `${text.slice(0, LONGEST_LINE)}…` : text;
  return cut.replace(UNSEEN, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

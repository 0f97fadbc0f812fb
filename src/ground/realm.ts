/**
 * Tests of values that hold in every realm. Under Jest, jsdom, `node:vm` and vitest's `vmThreads` the objects of Node and those of
 * the code under test have different constructors, so `instanceof` is false for a good `Buffer`, `Error` or `Promise`. The tags of
 * `Object.prototype.toString` are the same everywhere.
 */

/** Whether a value has to be awaited; any thenable counts, because users' callbacks return what they like. */
export function isPromise<T>(value: T | PromiseLike<T>): value is Promise<T> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function';
}

/** `[object Error]` and the like; empty for an object whose `Symbol.toStringTag` throws. */
export function tagOf(value: unknown): string {
  try {
    return Object.prototype.toString.call(value);
  } catch {
    return '';
  }
}

/** An error: by its tag, which each realm's `Error` and `DOMException` have, or by a message and a stack. */
export function isError(value: unknown): value is Error {
  const tag = tagOf(value);
  if (tag === '[object Error]' || tag === '[object DOMException]') return true;
  if (typeof value !== 'object' || value === null) return false;
  try {
    const { message, stack } = value as Partial<Error>;
    return typeof message === 'string' && typeof stack === 'string';
  } catch {
    return false;
  }
}

/** The bytes of a `Buffer`, any other view or an `ArrayBuffer`, not copied; null for what holds none. */
export function bytesOf(value: unknown): Uint8Array | null {
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  return /^\[object (?:Shared)?ArrayBuffer\]$/.test(tagOf(value)) ? new Uint8Array(value as ArrayBuffer) : null;
}

type Send = (input: string, init: RequestInit) => Promise<Response>;

/**
 * Calls `fetch`, and again without the signal if it refuses a signal of this realm. It does so before anything is sent, so the second
 * call repeats nothing. The caller must keep its deadline without the signal too (`withDeadline`).
 */
export async function fetchWithSignal(send: Send, url: string, init: RequestInit): Promise<Response> {
  try {
    return await send(url, init);
  } catch (error) {
    const { signal, ...rest } = init;
    if (signal === undefined) throw error;
    return sendWithoutSignal(error, send, url, rest);
  }
}

/**
 * @param error of `send` with a signal
 * @param init without it
 * @throws the error, where it was not the signal that was refused
 */
export function sendWithoutSignal(error: unknown, send: Send, url: string, init: RequestInit): Promise<Response> {
  if (!refusesSignal(error)) throw error;
  return send(url, init);
}

/**
 * undici 6: "member signal is not of type AbortSignal"; undici 7: "Expected signal (…) to be an instance of AbortSignal"; workerd,
 * Deno and Bun name both words too. An abort, an outage or a fault of another argument does not.
 */
const refusesSignal = (error: unknown): boolean => /^TypeError: .*\bsignal\b.*\bAbortSignal\b/s.test(String(error));

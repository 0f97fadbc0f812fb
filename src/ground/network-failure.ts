/**
 * Whether an error of `fetch` means that no answer came. Every other error is a fault of this server or of an own `fetch`, and must
 * not be reported as an outage of Clerk. Either way the request is refused, so in doubt it is a fault, which shows its error.
 *
 * No standard says how a network failure looks (Fetch only promises a `TypeError`, which is also what a typing mistake throws). So
 * it is recognised by the code that a system, TLS or HTTP library gives, anywhere in the chain of causes; by the names of errors
 * for what is aborted or late; and by the few messages of runtimes that give no code.
 */
import { isError } from './realm.js';

/** libc and libuv; resolvers; undici; its HTTP parser; OpenSSL; Node's streams; Bun. Not `ERR_INVALID_…`: that is a bad argument. */
const CODES =
  /^(?:E(?:CONN\w+|AI_\w+|NOTFOUND|PIPE|PROTO|HOST\w+|NET\w+|ADDR\w+|TIMEDOUT|SOCKETTIMEDOUT)|UND_ERR_(?:\w+_TIMEOUT|SOCKET|ABORTED|HEADERS_OVERFLOW|RES\w+|PRX\w+)|HPE_\w+|ERR_(?:TLS|SSL|HTTP2|QUIC|STREAM_PREMATURE_CLOSE)\w*|(?:\w+_)?CERT(?:_\w+)?|UNABLE_TO_\w+|Connection\w+|FailedToOpenSocket|Timeout)$/;
const NAMES = new Set(['AbortError', 'TimeoutError', 'NetworkError', 'ConnectTimeoutError', 'SocketError']);
/** Whole texts or their beginnings, in this order: undici, Chromium, Firefox, Safari, workerd, Deno, Bun. */
const TEXTS =
  /^(?:fetch failed|terminated|Failed to fetch|NetworkError when attempting|Load failed|Network connection lost|internal error; reference|error sending request|error reading a body|connection (?:error|closed)|Unable to connect|The socket connection was closed|The operation timed out)/i;
/** Errors that the language throws for a mistake in code. `TypeError` is not among them, because `fetch` rejects with it too. */
const MISTAKES = new Set(['ReferenceError', 'SyntaxError', 'RangeError', 'EvalError', 'URIError']);
const DEEPEST = 5;

export function isNetworkFailure(error: unknown): boolean {
  try {
    const chain = chainOf(error, DEEPEST);
    const marks = chain as readonly { readonly code?: unknown; readonly name?: unknown }[];
    if (marks.some(({ code, name }) => CODES.test(String(code)) || NAMES.has(String(name)))) return true;
    // A mistake in code may be the cause behind a "fetch failed".
    if (chain.some(({ name, message }) => MISTAKES.has(name) || (name === 'TypeError' && !TEXTS.test(message)))) {
      return false;
    }
    return chain.some(({ message }) => TEXTS.test(message));
  } catch {
    // The getters of an error may throw.
    return false;
  }
}

/** The error, its causes, and the errors of an `AggregateError` (one for each address that was tried). */
function chainOf(error: unknown, depth: number): readonly Error[] {
  if (depth === 0 || !isError(error)) return [];
  const { errors } = error as { readonly errors?: unknown };
  const inner = Array.isArray(errors) ? errors.slice(0, DEEPEST) : [];
  return [error, ...[error.cause, ...(inner as unknown[])].flatMap((one) => chainOf(one, depth - 1))];
}

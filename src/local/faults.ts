import type { Random } from './random.js';
import type { LocalRequest, LocalResponse } from './world.js';

/** What goes wrong, where, and how often. */
export interface Fault {
  /**
   * An operation id of the API description (`GetJWKS`; case does not matter), a path with or without `/v1` in which `*` stands for anything
   * (`/users/*`), a method and a path (`GET /users`), or `*` for every request: an outage. Default `*`.
   */
  readonly operation?: string;
  /** HTTP status to answer. Default 500, unless there is only a delay. */
  readonly status?: number;
  /** How many requests it befalls; then it is over. Default: until `reset()` or `stop()`. */
  readonly times?: number;
  /** Latency before the answer, in real ms. Alone, the true answer comes late. */
  readonly delayMs?: number;
  /** `Retry-After` header, in seconds. */
  readonly retryAfterSeconds?: number;
  /** Cut the connection without an answer. */
  readonly reset?: boolean;
  /** Never answer (until the client goes away or the instance closes). */
  readonly hang?: boolean;
  /** Befalls this share of requests (0 to 1); which ones is determined by the seed. */
  readonly probability?: number;
  /** Code in the error envelope. Default by status (429 `too_many_requests`, ...). */
  readonly code?: string;
  /** Answers this instead of an error envelope; text as it is, anything else as JSON. */
  readonly body?: unknown;
}

export interface ActiveFault {
  /** How many requests it has befallen. */
  readonly hits: number;
  stop(): void;
}

/** What is to be done with one request. */
export interface Mishap {
  readonly delayMs: number;
  readonly outcome: 'answer' | 'reset' | 'hang' | LocalResponse;
}

export interface Faults {
  readonly active: boolean;
  /** @throws TypeError for an operation that does not exist: a fault that befalls nothing makes a test that cannot fail */
  add(fault: Fault): ActiveFault;
  /** Uses up one of the first fault that fits. */
  strike(request: LocalRequest, operation: string | null): Mishap | null;
  clear(): void;
}

const CODES: Readonly<Record<number, string>> = {
  400: 'form_param_value_invalid',
  401: 'clerk_key_invalid',
  403: 'authorization_invalid',
  404: 'resource_not_found',
  429: 'too_many_requests',
  503: 'service_unavailable',
};

interface Entry {
  readonly fault: Fault;
  readonly fits: Matcher;
  hits: number;
}

/** @param isOperation whether there is an operation of this id */
export function createFaults(random: Random, isOperation: (id: string) => boolean): Faults {
  let active: Entry[] = [];
  const drop = (entry: Entry): void => {
    active = active.filter((other) => other !== entry);
  };
  return {
    get active() {
      return active.length > 0;
    },
    add(fault) {
      const entry = { fault, fits: matcher(fault.operation ?? '*', isOperation), hits: 0 };
      active.push(entry);
      return {
        get hits() {
          return entry.hits;
        },
        stop: () => drop(entry),
      };
    },
    strike(request, operation) {
      for (const entry of active) {
        const { fault } = entry;
        if (entry.hits >= (fault.times ?? Infinity) || !entry.fits(request, operation)) continue;
        if (fault.probability !== undefined && random.fraction() >= fault.probability) continue;
        // What is used up is forgotten: a long-lived instance may be given thousands of them.
        if (++entry.hits >= (fault.times ?? Infinity)) drop(entry);
        return { delayMs: fault.delayMs ?? 0, outcome: outcomeOf(fault) };
      }
      return null;
    },
    clear() {
      active = [];
    },
  };
}

type Matcher = (request: LocalRequest, operation: string | null) => boolean;

function matcher(pattern: string, isOperation: (id: string) => boolean): Matcher {
  if (pattern === '*') return () => true;
  const [, method, path] = /^(?:([A-Z]+) )?(\/.*)$/.exec(pattern) ?? [];
  if (path === undefined) {
    if (isOperation(pattern)) return (_, operation) => operation?.toLowerCase() === pattern.toLowerCase();
    throw new TypeError(
      `There is no operation '${pattern}'. Give an operation id such as 'GetJWKS', a path such as '/users/*', 'GET /users', or '*'.`,
    );
  }
  const expression = unversioned(path)
    .split('*')
    .map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
    .join('.*');
  const whole = new RegExp(`^${expression}$`);
  return (request) => (method === undefined || request.method === method) && whole.test(unversioned(request.path));
}

function unversioned(path: string): string {
  return path.startsWith('/v1/') ? path.slice(3) : path;
}

function outcomeOf(fault: Fault): Mishap['outcome'] {
  if (fault.reset === true) return 'reset';
  if (fault.hang === true) return 'hang';
  if (fault.status === undefined && fault.body === undefined && fault.delayMs !== undefined) return 'answer';
  const status = fault.status ?? (fault.body === undefined ? 500 : 200);
  const headers: [string, string][] = [['Content-Type', 'application/json']];
  if (fault.retryAfterSeconds !== undefined) headers.push(['Retry-After', String(fault.retryAfterSeconds)]);
  if (fault.body !== undefined)
    return { status, headers, body: typeof fault.body === 'string' ? fault.body : JSON.stringify(fault.body) };
  const code = fault.code ?? CODES[status] ?? 'internal_clerk_error';
  const message = `The fault that a test asked for (${String(status)}).`;
  return { status, headers, body: JSON.stringify({ errors: [{ message, long_message: message, code }] }) };
}

import type { Random } from '../state/random.js';
import type { LocalRequest, LocalResponse } from '../http/messages.js';

/** A fault: the requests that it affects, its effect, and how often it happens. */
export interface Fault {
  /**
   * An operation id of the API description (`GetJWKS`; case does not matter), a path with or without `/v1` in which `*` stands for anything
   * (`/users/*`), a method and a path (`GET /users`), or `*` for every request: an outage. Default `*`.
   */
  readonly operation?: string;
  /** Restricts the fault to requests for which this is true. */
  readonly when?: (request: FaultRequest) => boolean;
  /** HTTP status to answer. Default 200 with a `body`, else 500, unless the true answer is only late or breaks off. */
  readonly status?: number;
  /** How many requests it affects; then it is over. Default: until `reset()` or `stop()`. */
  readonly times?: number;
  /** Latency before the answer, in real ms. Alone, the true answer comes late. */
  readonly delayMs?: number;
  /** The answer waits for this, so that a test decides when it comes. Alone, it is the true answer. */
  readonly until?: Promise<unknown>;
  /** `Retry-After` header, in seconds. */
  readonly retryAfterSeconds?: number;
  /** Cut the connection without an answer. */
  readonly reset?: boolean;
  /** Never answer (until the client goes away or the instance closes). */
  readonly hang?: boolean;
  /** With `reset` or `hang`: only after so many bytes of the answer's body (the true answer, unless `status` or `body` makes one up). */
  readonly afterBytes?: number;
  /** Affects this share of requests (0 to 1); the seed determines which ones. */
  readonly probability?: number;
  /** Code in the error envelope. Default by status (429 `too_many_requests`, ...). */
  readonly code?: string;
  /** Answers this instead of an error envelope; text as it is, anything else as JSON. */
  readonly body?: unknown;
  /** Headers of the answer that is made up, such as `location` or another `content-type`; a list is so many lines (`set-cookie`). */
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
}

/** A request as `Fault.when` sees it. */
export interface FaultRequest {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** What the JSON says; text if it is none. */
  readonly body: unknown;
}

export interface ActiveFault {
  /** How many requests it has affected. */
  readonly hits: number;
  stop(): void;
}

/** What is to be done with one request. */
export interface FaultEffect {
  readonly delayMs: number;
  readonly until: Promise<unknown> | undefined;
  /** Null: the true one. */
  readonly answer: LocalResponse | null;
  readonly breaks: { readonly by: 'reset' | 'hang'; readonly afterBytes: number | undefined } | null;
}

/** A fault that is switched on. */
export interface ListedFault extends ActiveFault {
  /** Counts from 1. */
  readonly number: number;
  readonly fault: Fault;
}

export interface Faults {
  readonly active: boolean;
  /** The faults that are switched on, oldest first. */
  readonly entries: readonly ListedFault[];
  /** @throws TypeError for an operation that does not exist: a fault that affects nothing makes a test that cannot fail */
  add(fault: Fault): ActiveFault;
  /** Uses up one of the first fault that fits. */
  claim(request: LocalRequest, operation: string | null): FaultEffect | null;
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
  readonly number: number;
  readonly fault: Fault;
  readonly fits: Matcher;
  hits: number;
}

/** @param isOperation whether there is an operation of this id */
export function createFaults(random: Random, isOperation: (id: string) => boolean): Faults {
  let active: Entry[] = [];
  let counter = 0;
  const drop = (entry: Entry): void => {
    active = active.filter((other) => other !== entry);
  };
  return {
    get active() {
      return active.length > 0;
    },
    get entries() {
      return active.map((entry) => ({
        number: entry.number,
        fault: entry.fault,
        hits: entry.hits,
        stop: () => drop(entry),
      }));
    },
    add(fault) {
      const fits = matcher(fault.operation ?? '*', isOperation);
      const entry = { number: ++counter, fault, fits, hits: 0 };
      active.push(entry);
      return {
        get hits() {
          return entry.hits;
        },
        stop: () => drop(entry),
      };
    },
    claim(request, operation) {
      for (const entry of active) {
        const { fault } = entry;
        if (entry.hits >= (fault.times ?? Infinity) || !entry.fits(request, operation)) continue;
        if (fault.when !== undefined && !fault.when(shown(request))) continue;
        if (fault.probability !== undefined && random.fraction() >= fault.probability) continue;
        // What is used up is forgotten: a long-lived instance may be given thousands of them.
        if (++entry.hits >= (fault.times ?? Infinity)) drop(entry);
        return effectOf(fault);
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

function shown({ method, path, query, headers, body }: LocalRequest): FaultRequest {
  const text = Buffer.from(body).toString();
  return { method, path, query, headers, body: parse(text) };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function effectOf(fault: Fault): FaultEffect {
  const { reset = false, hang = false, afterBytes, until, delayMs } = fault;
  const isMadeUp = fault.status !== undefined || fault.body !== undefined;
  const isTrue = until !== undefined || delayMs !== undefined || reset || hang;
  return {
    delayMs: delayMs ?? 0,
    until,
    answer: isTrue && !isMadeUp ? null : madeUp(fault),
    breaks: reset || hang ? { by: reset ? 'reset' : 'hang', afterBytes } : null,
  };
}

function madeUp(fault: Fault): LocalResponse {
  const { body, retryAfterSeconds } = fault;
  const status = fault.status ?? (body === undefined ? 500 : 200);
  const headers = new Headers({ 'Content-Type': 'application/json' });
  if (retryAfterSeconds !== undefined) headers.set('Retry-After', String(retryAfterSeconds));
  for (const [name, value] of Object.entries(fault.headers ?? {})) {
    headers.delete(name);
    for (const line of [value].flat()) headers.append(name, line);
  }
  const said = body === undefined ? errorBody(status, fault.code) : body;
  return { status, headers: [...headers], body: typeof said === 'string' ? said : JSON.stringify(said) };
}

function errorBody(status: number, code = CODES[status] ?? 'internal_clerk_error'): object {
  const message = `The fault that a test asked for (${String(status)}).`;
  return { errors: [{ message, long_message: message, code }] };
}

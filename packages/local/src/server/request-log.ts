import type { LocalRequest } from '../http/messages.js';
import { redactHeaders, redactQuery } from './redaction.js';

/** A request that the instance answered. */
export interface RequestLogEntry {
  readonly method: string;
  readonly path: string;
  /** With its `?`, or empty. Values that are secrets are cut. */
  readonly query: string;
  /** The operation's id in the API description (`GetJWKS`); null for the Frontend API and for unknown paths. */
  readonly operation: string | null;
  /** Null when the connection was cut or never answered. */
  readonly status: number | null;
  /** Lower-case names. Of keys, tokens and cookies only the kind is left. */
  readonly headers: Readonly<Record<string, string>>;
  /** Instance time, ms. */
  readonly at: number;
  /** Real time that the answer took, ms. */
  readonly durationMs: number;
}

/** What the request log keeps of a request. Not its body: ten thousand uploads would be held with it. */
type Noted = Pick<LocalRequest, 'method' | 'path' | 'query' | 'headers'>;

export interface Happened {
  readonly request: Noted;
  readonly status: number | null;
  readonly at: number;
  readonly durationMs: number;
}

export interface RequestLog {
  readonly entries: readonly RequestLogEntry[];
  add(happened: Happened): void;
  clear(): void;
}

const KEPT = 10_000;

/**
 * The last 10,000 requests, oldest first. They are written out when somebody looks: a request costs next to nothing.
 *
 * @param operationOf the id of the operation that a request reaches
 */
export function createRequestLog(operationOf: (request: Noted) => string | null): RequestLog {
  let pending: Happened[] = [];
  let entries: RequestLogEntry[] = [];
  const write = ({ request, ...rest }: Happened): RequestLogEntry => ({
    method: request.method,
    path: request.path,
    query: redactQuery(request.query),
    operation: operationOf(request),
    headers: redactHeaders(request.headers),
    ...rest,
  });
  return {
    get entries() {
      if (pending.length > 0) {
        entries = [...entries, ...pending.map(write)].slice(-KEPT);
        pending = [];
      }
      return entries;
    },
    add({ request: { method, path, query, headers }, status, at, durationMs }) {
      pending.push({ request: { method, path, query, headers }, status, at, durationMs });
      if (pending.length > 2 * KEPT) pending = pending.slice(-KEPT);
    },
    clear() {
      pending = [];
      entries = [];
    },
  };
}

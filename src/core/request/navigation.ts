/** How a browser navigated: the kind of request, its query, and the count of redirects so far. */
import type { RequestView } from '../../types.js';
import { PARAMETER, PARAMETER_PREFIX } from './cookie-names.js';

/**
 * A request whose answer a browser shows as a page: `GET`, and either `Sec-Fetch-Dest` says so (`document`, `iframe`) or
 * that header is absent and HTML is what the client asks for first. Nothing else can follow a handshake.
 */
export function isDocumentRequest(view: RequestView): boolean {
  if (view.method !== 'GET') return false;
  const destination = view.header('sec-fetch-dest');
  if (destination) return destination === 'document' || destination === 'iframe';
  return view.header('accept')?.startsWith('text/html') ?? false;
}

/** A page of its own: `GET` with `Sec-Fetch-Dest: document` stated. */
export function isTopLevelNavigation(view: RequestView): boolean {
  return view.method === 'GET' && view.header('sec-fetch-dest') === 'document';
}

/** The loop counter; 0 for anything but a positive number. The visitor may forge the cookie: it harms only the visitor. */
export function parseRedirectCount(cookie: string | null): number {
  const count = cookie === null ? 0 : Number(cookie);
  return count > 0 ? Math.floor(count) : 0;
}

/** The client's last change in Unix seconds; 0 when it is signed out, unknown, or not a number. */
export function parseClientUat(cookie: string | null): number {
  return (cookie !== null && Number.parseInt(cookie, 10)) || 0;
}

/** The parameters of the query that authentication reads. */
export interface QueryFacts {
  readonly handshake: string | null;
  readonly handshakeNonce: string | null;
  readonly devBrowser: string | null;
  readonly synced: string | null;
  readonly redirectUrl: string | null;
}

/** A query without such parameters. */
export const NO_QUERY: QueryFacts = {
  handshake: null,
  handshakeNonce: null,
  devBrowser: null,
  synced: null,
  redirectUrl: null,
};

/** Reads the query; without a `__clerk` in it (escaped or not) nothing is parsed. */
export function readQuery(target: string): QueryFacts {
  const mark = target.indexOf('?');
  if (mark === -1) return NO_QUERY;
  const end = target.indexOf('#');
  if (end !== -1 && end < mark) return NO_QUERY;
  const query = target.slice(mark + 1, end === -1 ? undefined : end);
  if (!query.includes(PARAMETER_PREFIX) && !query.includes('%')) return NO_QUERY;
  const params = new URLSearchParams(query);
  const value = (name: string) => params.get(name) || null;
  return {
    handshake: value(PARAMETER.handshake),
    handshakeNonce: value(PARAMETER.handshakeNonce),
    devBrowser: value(PARAMETER.devBrowser),
    synced: value(PARAMETER.synced),
    redirectUrl: value(PARAMETER.redirectUrl),
  };
}

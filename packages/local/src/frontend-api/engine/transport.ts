/** What the official client does to a request on its way, undone before anybody routes it. */
import type { LocalRequest } from '../../http/messages.js';

/** Paths that are the Frontend API's alone, whole or with everything below. */
const EXACT = new Set([
  '/',
  '/v1/client',
  '/v1/environment',
  '/v1/dev_browser',
  '/v1/me',
  '/v1/waitlist',
  '/v1/verify',
]);
const PAGES = ['/sign-in', '/sign-up', '/sign-out', '/user', '/provider', '/v1/oauth_callback', '/v1/account_portal'];
const BELOW = [
  '/.well-known/',
  '/oauth/',
  '/npm/',
  '/images/',
  '/v1/client/',
  '/v1/dev_browser/',
  '/v1/me/',
  '/v1/tickets/',
  ...PAGES.map((page) => `${page}/`),
];
/** Paths that both APIs have. */
const SHARED = /^\/(v1\/organizations|v1\/billing\/plans|(v1\/)?api_keys)(\/|$)/;

/** `//api_keys`: the client joins a base that ends in a slash with a path that begins with one. */
const singleSlash = (path: string): string => (path.startsWith('//') ? path.replace(/^\/+/, '/') : path);

/**
 * The request as the Frontend API's routes see it; null if it is not the Frontend API's. On the paths that both have, it is if its query names the
 * version of the client, which no server names. (`Authorization` does not tell: the client sends a session token with API keys.)
 */
export function frontendRequest<Request extends Head>(request: Request): Request | null {
  if (!isFrontendRequest(request)) return null;
  const path = singleSlash(request.path);
  const asked = request.method === 'POST' ? request.query.get('_method') : null;
  // The client sends GET and POST alone, and names the method that it means.
  const method = asked !== null && /^(PATCH|PUT|DELETE)$/.test(asked) ? asked : request.method;
  return method === request.method && path === request.path ? request : { ...request, method, path };
}

/** What is known of a request before its body has come. */
type Head = Omit<LocalRequest, 'body' | 'origin'>;

export function isFrontendRequest(request: Head): boolean {
  const path = singleSlash(request.path);
  // The Backend API makes tasks where their links lead.
  if (path === '/v1/agents/tasks') return request.method !== 'POST';
  return isFrontendPath(path) || (SHARED.test(path) && isFromBrowser(request));
}

const isFrontendPath = (path: string): boolean =>
  EXACT.has(path) || PAGES.includes(path) || BELOW.some((prefix) => path.startsWith(prefix));

const isFromBrowser = ({ method, query, headers }: Head): boolean =>
  query.has('_clerk_js_version') || (method === 'OPTIONS' && headers['access-control-request-method'] !== undefined);

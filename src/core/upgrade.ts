/** WebSockets: who opens one, from where, and for how long. A socket outlives its token, so the token's end is its end. */
import type { Auth, Denial, RequestView, TokenType } from '../types.js';
import { compileRequirement } from './auth/requirements.js';
import type { Authenticator } from './authenticator.js';
import { viewOf } from './request-view.js';
import { allowedOriginsOf, type UpgradeOptions } from './upgrade-options.js';
import { createVisit } from './visit.js';

export type { UpgradeOptions } from './upgrade-options.js';

/** Node's `IncomingMessage`, as the `upgrade` event of an HTTP server hands it over. */
export interface IncomingUpgrade {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
}

export interface UpgradeRefused {
  readonly allowed: false;
  /** What to answer instead of 101: 400, 401, 403 or 503. */
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON. */
  readonly body: string;
}

export interface UpgradeAllowed {
  readonly allowed: true;
  readonly auth: Auth;
  /** When the credential ends, in milliseconds since the epoch; null if it does not. */
  readonly expiresAt: number | null;
  /**
   * Closes the socket with code 4401 when the credential ends.
   *
   * @param schedule for tests: like `setTimeout`, gives a function that cancels
   * @returns cancels; call it when the socket closes by itself
   */
  closeAtExpiry(socket: ClosableSocket, schedule?: Schedule): () => void;
}

export interface ClosableSocket {
  close(code: number, reason: string): void;
}
export type Schedule = (run: () => void, ms: number) => () => void;

/** "Unauthorized", in the range that applications may define (RFC 6455 section 7.4.2). */
const CLOSE_UNAUTHORIZED = 4401;
/** `setTimeout` takes 32 bits; what is longer would fire at once. */
const MAX_DELAY_MS = 2_147_483_647;

const timer: Schedule = (run, ms) => {
  const handle = setTimeout(run, ms);
  return () => clearTimeout(handle);
};

/**
 * Decides about a request that wants to become a WebSocket, before it does.
 *
 * The credential comes from cookies or the `Authorization` header, never from the query, which ends in logs. A page must
 * name an allowed origin; a client without `Origin` (no browser leaves it out) must bring its token in the header.
 *
 * @throws {ConfigurationError} if no origin is allowed at all, or for a requirement that can never hold
 */
export async function authenticateUpgrade(
  authenticator: Authenticator,
  request: Request | RequestView | IncomingUpgrade,
  options: UpgradeOptions = {},
): Promise<UpgradeAllowed | UpgradeRefused> {
  const { config } = authenticator;
  const origins = allowedOriginsOf(options, config);
  const view = viewOfUpgrade(request);
  const requirement = compileRequirement(options.requirement, config);
  if (!isOriginAllowed(view, origins)) return refuse(403, 'origin-not-allowed', 'This origin may not open a socket.');
  const visit = createVisit(authenticator, view, { acceptsToken: requirement.acceptsToken });
  const { stop } = await visit.begin();
  if (stop?.status === 400) return refuse(400, 'bad-request', 'The request is not one that an application can serve.');
  const result = await visit.guard(requirement);
  if (result.allowed) {
    const expiresAt = await expiryOf(authenticator, visit.state.token, result.auth);
    return { allowed: true, auth: result.auth, expiresAt, closeAtExpiry: closer(expiresAt, config.now) };
  }
  if ('redirect' in result) return refuse(401, 'unauthenticated', 'Authentication is required.');
  return fromDenial(result.denial);
}

function isOriginAllowed(view: RequestView, origins: readonly string[]): boolean {
  const origin = view.header('origin');
  if (origin !== null && origin !== undefined && origin !== '') return origins.includes(origin);
  return Boolean(view.header('authorization'));
}

function viewOfUpgrade(request: Request | RequestView | IncomingUpgrade): RequestView {
  const headers = (request as Partial<IncomingUpgrade>).headers;
  const isIncoming = typeof headers === 'object' && typeof (headers as { get?: unknown }).get !== 'function';
  if (!isIncoming || typeof (request as Partial<RequestView>).header === 'function') {
    return viewOf(request as Request | RequestView);
  }
  const { method, url } = request as IncomingUpgrade;
  const valueOf = (name: string): string | null => {
    const value = Object.hasOwn(headers, name) ? headers[name] : undefined;
    return value === undefined ? null : typeof value === 'string' ? value : value.join(', ');
  };
  return {
    method: method ?? 'GET',
    url: url ?? '/',
    header: valueOf,
    headers: () => Object.keys(headers).map((name) => [name, valueOf(name) ?? ''] as const),
  };
}

/** Ends that the auth object does not tell are those of the verified token, which is at hand in the cache. */
const EXPIRY: Readonly<Record<TokenType, (from: Authenticator, token: string) => Promise<number | null>>> = {
  session_token: async (from, token) => (await from.verifySessionToken(token)).exp * 1000,
  api_key: async (from, token) => (await from.verifyApiKey(token)).expiration,
  m2m_token: async (from, token) => (await from.verifyM2MToken(token)).expiration,
  oauth_token: async (from, token) => (await from.verifyOAuthToken(token)).expiration,
};

async function expiryOf(authenticator: Authenticator, token: string | null, auth: Auth): Promise<number | null> {
  if (auth.tokenType === 'session_token' && auth.isAuthenticated) return auth.sessionClaims.exp * 1000;
  return token === null || auth.tokenType === null ? null : EXPIRY[auth.tokenType](authenticator, token);
}

function closer(expiresAt: number | null, now: () => number): UpgradeAllowed['closeAtExpiry'] {
  return (socket, schedule = timer) => {
    if (expiresAt === null) return () => undefined;
    let cancel: () => void = () => undefined;
    const wait = (): void => {
      const left = expiresAt - now();
      if (left <= 0) socket.close(CLOSE_UNAUTHORIZED, 'The session token has expired.');
      else cancel = schedule(wait, Math.min(left, MAX_DELAY_MS));
    };
    wait();
    return () => cancel();
  };
}

function refuse(status: number, code: string, message: string): UpgradeRefused {
  const body = JSON.stringify({ errors: [{ code, message, long_message: message }] });
  return { allowed: false, status, headers: { 'Content-Type': 'application/json' }, body };
}

function fromDenial({ status, headers, body }: Denial): UpgradeRefused {
  return {
    allowed: false,
    status,
    headers: { ...headers, 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  };
}

/** Writes the refusal to the socket of Node's `upgrade` event, and ends it. */
export function refuseUpgrade(socket: { end(text: string): unknown }, refused: UpgradeRefused): void {
  const headers = {
    ...refused.headers,
    'Content-Length': String(new TextEncoder().encode(refused.body).length),
    Connection: 'close',
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  socket.end(
    `HTTP/1.1 ${refused.status} ${STATUS_TEXT[refused.status] ?? ''}\r\n${lines.join('\r\n')}\r\n\r\n${refused.body}`,
  );
}

const STATUS_TEXT: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  503: 'Service Unavailable',
};

/** Decides about WebSocket upgrades: caller, origin, and the time until the socket is closed. A socket would outlive its token. */
import type { Clock } from '../../ports.js';
import type {
  Asking,
  Auth,
  AuthenticatedAs,
  CallerOf,
  GuardRequirementShape,
  RequestState,
  RequestView,
  SignedInSession,
  TokenType,
} from '../../types.js';
import { headerLookup, headerPairs, isWebHeaders, type HeaderFields } from '../../ground/headers.js';
import { asError } from '../../ground/as-error.js';
import { faultDenial, unauthenticatedDenial } from '../guards/challenge.js';
import { compileRequirement, type CompiledRequirement } from '../guards/requirement.js';
import type { Authenticator } from '../authenticator.js';
import { reportFault } from '../faults/fault.js';
import type { AuthOutcome } from '../outcome.js';
import { viewOf } from '../request/web-request.js';
import { headerTokenOf } from '../request/authorization-header.js';
import { repeatedHeaders } from '../request/raw-headers.js';
import { emitRefusal } from './denied-events.js';
import { allowedOriginsOf, type UpgradeOptions } from './websocket-options.js';
import { RequestAuthentication } from './request-authentication.js';
import { fromDenial, refuse, type UpgradeRefused } from './websocket-refusal.js';

export type { UpgradeOptions } from './websocket-options.js';
export { refuseUpgrade, type UpgradeRefused } from './websocket-refusal.js';

/** Node's `IncomingMessage`, as the `upgrade` event of an HTTP server hands it over. */
export interface IncomingUpgrade {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  /** With names in any case; or a list of pairs, as gateways have them. */
  readonly headers: HeaderFields;
  /** Names and values in turn, as they came: `headers` hides the second of two. */
  readonly rawHeaders?: readonly string[];
}

/** A Web request, a view of one, or what Node's `upgrade` event gives. */
export type UpgradeRequest = Request | RequestView | IncomingUpgrade;

/** @typeParam Caller the callers that the requirement lets in */
export interface UpgradeAllowed<Caller extends Auth = AuthenticatedAs<TokenType>> {
  readonly allowed: true;
  readonly auth: Caller;
  /** When the credential ends, in milliseconds since the epoch and without any tolerance; null if it does not. */
  readonly expiresAt: number | null;
  /**
   * Closes the socket with code 4401 when the credential would not be accepted any more: a JWT `clockSkewMs` after
   * `expiresAt`, because its clock may be another; an API key or opaque token at `expiresAt`, which Clerk says.
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
 * Nothing that a request holds makes it reject: an outage of Clerk is a refusal with 503, and a `check` that throws, or
 * anything else that fails here, one with 500. There is no refresh and no handshake, because the answer to an upgrade reaches no page
 * that would keep new cookies.
 *
 * @param authenticator whose configuration decides, as for every other request
 * @param request with its headers; its body is not read
 * @param options `allowedOrigins` and `requirement`
 * @returns the caller and when to close the socket; or the answer to send in place of 101
 * @throws {ConfigurationError} (rejects) if no origin is allowed at all, for an unknown option, or for a requirement that
 *   can never hold
 *
 * @example
 * ```ts
 * import { createServer } from 'node:http';
 * import { authenticateUpgrade, createAuthenticator, refuseUpgrade } from 'bailiff';
 *
 * const authenticator = createAuthenticator();
 * createServer().on('upgrade', async (request, socket) => {
 *   const decision = await authenticateUpgrade(authenticator, request, { allowedOrigins: ['https://app.example'] });
 *   if (!decision.allowed) refuseUpgrade(socket, decision);
 * });
 * ```
 */
export function authenticateUpgrade(
  authenticator: Authenticator,
  request: UpgradeRequest,
  options?: Omit<UpgradeOptions, 'requirement'> & { readonly requirement?: never },
): Promise<UpgradeAllowed<SignedInSession> | UpgradeRefused>;
export function authenticateUpgrade<
  const R extends GuardRequirementShape<Q>,
  const T,
  const S,
  Q extends UpgradeRequest = UpgradeRequest,
>(
  authenticator: Authenticator,
  request: Q,
  options: Omit<UpgradeOptions, 'requirement'> & { readonly requirement: Asking<R, T, S, Q> },
): Promise<UpgradeAllowed<CallerOf<R>> | UpgradeRefused>;
export function authenticateUpgrade(
  authenticator: Authenticator,
  request: UpgradeRequest,
  options?: UpgradeOptions,
): Promise<UpgradeAllowed | UpgradeRefused>;
export async function authenticateUpgrade(
  authenticator: Authenticator,
  request: UpgradeRequest,
  options: UpgradeOptions = {},
): Promise<UpgradeAllowed | UpgradeRefused> {
  const { config } = authenticator;
  const origins = allowedOriginsOf(options, config);
  const requirement = compileRequirement(options.requirement, config);
  const view = viewOfUpgrade(request);
  try {
    if (!isOriginAllowed(view, origins)) {
      emitRefusal(config, view, 'request', 403, 'origin-not-allowed');
      return refuse(403, 'origin-not-allowed', 'This origin may not open a socket.');
    }
    return await decide(authenticator, view, requirement, request);
  } catch (thrown) {
    reportFault(config, 'upgrade', thrown, view);
    return fromDenial(faultDenial(asError(thrown)));
  }
}

async function decide(
  authenticator: Authenticator,
  view: RequestView,
  requirement: CompiledRequirement,
  request: UpgradeRequest,
): Promise<UpgradeAllowed | UpgradeRefused> {
  const authentication = new RequestAuthentication(authenticator, view, {
    acceptsToken: requirement.acceptsToken,
    renew: false,
  });
  await authentication.begin();
  if (authentication.earlyResponse !== null)
    return refuse(400, 'bad-request', 'The request is not one that an application can serve.');
  const result = await authentication.guard(requirement, request);
  if (result.allowed) {
    const { now } = authenticator.config;
    const { expiresAt, usableUntil } = endOf(authentication.state);
    // A slow `check` may outlast the credential.
    if (now() >= usableUntil) {
      emitRefusal(authenticator.config, view, 'guard', 401, EXPIRED.reason, result.auth.tokenType);
      return fromDenial(unauthenticatedDenial(EXPIRED));
    }
    return {
      allowed: true,
      auth: result.auth as AuthenticatedAs<TokenType>,
      expiresAt,
      closeAtExpiry: closer(usableUntil, now),
    };
  }
  if (!('denial' in result)) return refuse(401, 'unauthenticated', 'Authentication is required.');
  return fromDenial(result.denial);
}

/**
 * An origin that is named must be allowed, whatever else comes. Only a token in the header stands for one that is missing: no
 * page can make another's browser send it. A header that holds none (`Basic …`, a bare `Bearer`) leaves the decision to
 * the cookies, which any page can make a browser send.
 */
function isOriginAllowed(view: RequestView, origins: readonly string[]): boolean {
  const origin = view.header('origin') ?? null;
  return origin === null ? headerTokenOf(view.header('authorization')) !== null : origins.includes(origin);
}

const EXPIRED = { reason: 'token-expired', tokenSent: true, resourceMetadata: null } as const;

/** From the decision that let the caller in: to look again could find another one. */
function endOf(state: RequestState): Pick<AuthOutcome, 'expiresAt' | 'usableUntil'> {
  const { expiresAt, usableUntil } = state as Partial<AuthOutcome>;
  if (expiresAt === undefined || usableUntil === undefined) {
    throw new TypeError('The authenticator is of another version of Bailiff.');
  }
  return { expiresAt, usableUntil };
}

function viewOfUpgrade(request: UpgradeRequest): RequestView {
  const headers = (request as Partial<IncomingUpgrade>).headers;
  // A Web request always has a method; an upgrade that somebody describes by its headers alone may lack it.
  const isIncoming = typeof headers === 'object' && (!isWebHeaders(headers) || request.method === undefined);
  if (!isIncoming || typeof (request as Partial<RequestView>).header === 'function') {
    return viewOf(request as Request | RequestView);
  }
  const { method, url, rawHeaders } = request as IncomingUpgrade;
  const repeated = repeatedHeaders(rawHeaders);
  const lookup = headerLookup(headers);
  return {
    method: method ?? 'GET',
    url: url ?? '/',
    header: (name) => repeated?.[name] ?? lookup(name),
    headers: () => headerPairs(headers),
  };
}

function closer(usableUntil: number, now: Clock): UpgradeAllowed['closeAtExpiry'] {
  return (socket, schedule = timer) => {
    if (usableUntil === Infinity) return () => undefined;
    let cancel: () => void = () => undefined;
    const wait = (): void => {
      const left = usableUntil - now();
      if (left <= 0) socket.close(CLOSE_UNAUTHORIZED, 'The credential has expired.');
      else cancel = schedule(wait, Math.min(left, MAX_DELAY_MS));
    };
    wait();
    return () => cancel();
  };
}

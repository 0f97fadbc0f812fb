/** Handles a browser that comes back from a handshake: checks what the Frontend API hands over, and passes it on. */
import type { TokenReason } from '../../reasons.js';
import { reportIfMismatch } from '../faults/diagnostics.js';
import { decodeJwt } from '../../verify/decode.js';
import type { RequestContext } from '../request/context.js';
import { eventRequest } from '../request/event-request.js';
import { PARAMETER } from '../request/cookie-names.js';
import type { Unchecked } from '../../verify/verdict.js';
import { all, markHandled } from '../../ground/maybe-promise.js';
import type { HeaderPairs } from '../../ground/headers.js';
import { signedOut, unavailable, type AuthOutcome } from '../outcome.js';
import type { SessionParts } from './parts.js';
import type { NonceExchange } from './nonce.js';
import { verifyFresh } from './fresh-session.js';
import { protocolDirectives, sessionTokenIn, sessionHeaders } from './set-cookie.js';

/** The clock difference that is tolerated in development right after a handshake, in milliseconds. */
const DEVELOPMENT_SKEW_MS = 86_400_000;
const CLOCK_REASONS: ReadonlySet<TokenReason> = new Set([
  'token-expired',
  'token-not-active-yet',
  'token-iat-in-the-future',
]);

/** Parameters of the handshake that must not stay in the address bar. */
const HANDSHAKE_PARAMETERS = [PARAMETER.handshake, PARAMETER.handshakeNonce, PARAMETER.help, PARAMETER.devBrowser];

/**
 * Takes over the cookies that a handshake brought. Null: it brought nothing that counts (an unknown nonce, a payload of another
 * application on the same domain), so the cookies of the request decide as if no handshake had come.
 *
 * @param exchange null: this server cannot exchange a nonce
 * @param onUnreachable receives the time to wait, in milliseconds, when Clerk could not be asked about a nonce, or when the key
 *   of the payload cannot be looked for yet
 */
export async function resolveHandshake(
  parts: SessionParts,
  exchange: NonceExchange | null,
  context: RequestContext,
  onUnreachable: (retryAfterMs: number) => void,
): Promise<AuthOutcome | null> {
  const outcome = await resolve(parts, exchange, context, onUnreachable);
  const taken = outcome !== null && outcome.status !== 'unavailable' && outcome.decidedHeaders !== null;
  const event = { type: 'handshake', step: taken ? 'resolved' : 'failed', reason: outcome?.reason ?? null } as const;
  parts.config.emit?.({ ...event, ...eventRequest(context.view) });
  return outcome;
}

async function resolve(
  parts: SessionParts,
  exchange: NonceExchange | null,
  context: RequestContext,
  onUnreachable: (retryAfterMs: number) => void,
): Promise<AuthOutcome | null> {
  const { query, cookies } = context;
  const nonce = query.handshakeNonce ?? cookies.handshakeNonce;
  if (nonce !== null && exchange !== null) {
    const found = await exchange(nonce);
    if (found.directives !== null) return takeOver(parts, context, found.directives, onUnreachable);
    if (found.outageMs !== null) onUnreachable(found.outageMs);
  }
  const token = query.handshake ?? cookies.handshake;
  if (token === null) return null;
  const duplicates = query.handshake === null ? cookies.duplicates?.handshake : undefined;
  return openToken(parts, context, duplicates ?? [token], onUnreachable);
}

/**
 * An outage makes the request unavailable. An unknown key id that cannot be looked for yet may belong to another application or
 * be the newest key, so the cookies decide, as they do when a nonce could not be exchanged.
 */
function undecided(verdict: Unchecked, onUnreachable: (retryAfterMs: number) => void): AuthOutcome | null {
  const { reason, message, retryAfterMs } = verdict;
  if (reason !== 'jwk-kid-unchecked') return unavailable('session_token', reason, message, { retryAfterMs });
  onUnreachable(retryAfterMs);
  return null;
}

async function openToken(
  parts: SessionParts,
  context: RequestContext,
  tokens: readonly string[],
  onUnreachable: (retryAfterMs: number) => void,
): Promise<AuthOutcome | null> {
  // All at once, so that unknown key ids cost one load of the keys.
  const verdicts = tokens.map((token) => markHandled(parts.verifier.verifyHandshake(token, context.waitUntil)));
  const list = await all(verdicts);
  const verdict = ORDER.map((outcome) => list.find((one) => one.outcome === outcome)).find(Boolean);
  if (verdict === undefined) return null;
  if (verdict.outcome === 'accepted') return takeOver(parts, context, verdict.value, onUnreachable);
  if (verdict.outcome === 'unchecked') return undecided(verdict, onUnreachable);
  reportIfMismatch(parts.config, verdict.reason, decodeJwt(tokens[list.indexOf(verdict)] ?? ''), context.waitUntil);
  // A refused token in a cookie may come from another application on the same domain: the cookies decide. One in the query
  // of a development instance was meant for this server, and another handshake would bring the same again: an error. But an
  // old one (a bookmark, a page of the history) proves nothing: the cookies decide, and may ask for a new handshake.
  const isOurs = parts.config.instanceType === 'development' && context.query.handshake !== null && !isOld(verdict);
  return isOurs ? brokenHandshake(verdict.reason, verdict.message) : null;
}

/** The choice between several tokens: one that is good, else one that may be. */
const ORDER = ['accepted', 'unchecked', 'refused'] as const;

const isOld = ({ reason }: { readonly reason: TokenReason }): boolean => reason === 'token-expired';

function brokenHandshake(reason: TokenReason, message: string): AuthOutcome {
  const remedy = CLOCK_REASONS.has(reason)
    ? 'The handshake comes from the future: check the clock of this server.'
    : 'The handshake came from another instance than the keys of this server: take CLERK_PUBLISHABLE_KEY, CLERK_SECRET_KEY and CLERK_JWT_KEY from the same one.';
  return signedOut('session_token', reason, { message: `${message} ${remedy}` });
}

/** Passes the directives on and signs in with the session token among them. The payload has been verified, or came from Clerk. */
async function takeOver(
  parts: SessionParts,
  context: RequestContext,
  directives: readonly string[],
  onUnreachable: (retryAfterMs: number) => void,
): Promise<AuthOutcome | null> {
  const { config, verifier } = parts;
  const isDevelopment = config.instanceType === 'development';
  const suffix = config.publishableKey?.cookieSuffix ?? '';
  const passed = protocolDirectives(directives, suffix);
  const headers: HeaderPairs = [
    ...readableByRedirectedScripts(context),
    ...sessionHeaders(passed),
    ...(isDevelopment ? cleanLocation(context) : []),
  ];
  const token = sessionTokenIn(passed, suffix);
  if (token === null) return signedOut('session_token', 'session-token-missing', { headers });
  let verdict = await verifyFresh(verifier, token, context);
  if (isDevelopment && verdict?.outcome === 'refused' && CLOCK_REASONS.has(verdict.reason)) {
    verdict = await verifyFresh(verifier, token, context, DEVELOPMENT_SKEW_MS);
  }
  if (verdict?.outcome === 'accepted') return parts.signIn(verdict.value, headers);
  return verdict?.outcome === 'unchecked' ? undecided(verdict, onUnreachable) : null;
}

/**
 * A script that followed redirects across origins sends `Origin: null` (Fetch standard, HTTP-redirect fetch), and its browser
 * withholds the answer unless the answer allows that origin. For any other request, these headers would replace the CORS headers
 * of the application.
 */
function readableByRedirectedScripts({ view }: RequestContext): HeaderPairs {
  return view.header('origin') === 'null' ? REDIRECTED_SCRIPTS : [];
}

const REDIRECTED_SCRIPTS: HeaderPairs = [
  ['Access-Control-Allow-Origin', 'null'],
  ['Access-Control-Allow-Credentials', 'true'],
  ['Vary', 'Origin'],
];

/**
 * In development the payload came in the address, so the browser is redirected to the address without it. A browser that sends
 * no cookie at all is not redirected: the loop counter was set before it left, so it keeps no cookies and would loop for ever.
 */
function cleanLocation(context: RequestContext): HeaderPairs {
  if (context.isDocumentRequest && !context.view.header('cookie')) return [];
  const url = context.publicUrl();
  if (url === null) return [];
  for (const name of HANDSHAKE_PARAMETERS) url.searchParams.delete(name);
  return [['Location', url.toString()]];
}

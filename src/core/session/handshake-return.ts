/** A browser that comes back from a handshake: what the Frontend API hands over, checked and passed on. */
import type { TokenReason } from '../../errors.js';
import type { RequestContext } from '../request/context.js';
import { PARAMETER } from '../request/cookie-names.js';
import type { Unchecked } from '../../verify/verdict.js';
import { all, heard } from '../../shared/maybe-promise.js';
import type { HeaderPairs } from '../../shared/headers.js';
import { signedOut, unavailable, type AuthOutcome } from '../outcome.js';
import type { SessionParts } from './parts.js';
import type { NonceExchange } from './nonce.js';
import { verifyFresh } from './refresh.js';
import { protocolDirectives, sessionTokenIn, sessionHeaders } from './set-cookie.js';

/** In development a clock may be off by this much right after a handshake, in milliseconds. */
const DEVELOPMENT_SKEW_MS = 86_400_000;
const CLOCK_REASONS: ReadonlySet<TokenReason> = new Set([
  'token-expired',
  'token-not-active-yet',
  'token-iat-in-the-future',
]);

/** Parameters of the handshake that must not stay in the address bar. */
const HANDSHAKE_PARAMETERS = [PARAMETER.handshake, PARAMETER.handshakeNonce, PARAMETER.help, PARAMETER.devBrowser];

/**
 * Takes over what a handshake brought. Null: nothing that counts (a nonce that is not known any more, a payload of
 * another application on the same domain), so the cookies decide as if no handshake had come.
 *
 * @param exchange null: this server cannot ask what a nonce stands for
 * @param onUnreachable told the time to wait, in milliseconds, when Clerk could not be asked what a nonce stands for, or
 *   when the key of what came cannot be looked for yet
 */
export async function resolveHandshake(
  parts: SessionParts,
  exchange: NonceExchange | null,
  context: RequestContext,
  onUnreachable: (retryAfterMs: number) => void,
): Promise<AuthOutcome | null> {
  const outcome = await resolve(parts, exchange, context, onUnreachable);
  const taken = outcome !== null && outcome.status !== 'unavailable' && outcome.decidedHeaders !== null;
  parts.config.emit?.({ type: 'handshake', step: taken ? 'resolved' : 'failed', reason: outcome?.reason ?? null });
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
  const several = query.handshake === null ? cookies.several?.handshake : undefined;
  return openToken(parts, context, several ?? [token], onUnreachable);
}

/**
 * In an outage everybody waits. A key id that may not be looked for yet can be that of another application, or of the
 * newest key: the cookies decide, as they do when a nonce could not be exchanged.
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
  // Together, so that key ids which nobody knows cost one load of the keys between them.
  const verdicts = tokens.map((token) => heard(parts.verifier.verifyHandshake(token, context.waitUntil)));
  const list = await all(verdicts);
  const verdict = ORDER.map((outcome) => list.find((one) => one.outcome === outcome)).find(Boolean);
  if (verdict === undefined) return null;
  if (verdict.outcome === 'accepted') return takeOver(parts, context, verdict.value, onUnreachable);
  if (verdict.outcome === 'unchecked') return undecided(verdict, onUnreachable);
  // In a cookie it may come from another application on the same domain. In the query of a development instance it
  // was sent for us: starting over would only bring the same again. But an old one (a bookmark, a page of the history)
  // is worth nothing and says nothing: the cookies decide, and a new one can be had.
  const isOurs = parts.config.instanceType === 'development' && context.query.handshake !== null && !isOld(verdict);
  return isOurs ? brokenHandshake(verdict.reason, verdict.message) : null;
}

/** Of several: the one that is good, else one that may be. */
const ORDER = ['accepted', 'unchecked', 'refused'] as const;

const isOld = ({ reason }: { readonly reason: TokenReason }): boolean => reason === 'token-expired';

function brokenHandshake(reason: TokenReason, message: string): AuthOutcome {
  const remedy = CLOCK_REASONS.has(reason)
    ? 'The handshake comes from the future: check the clock of this server.'
    : 'The handshake came from another instance than the keys of this server: take CLERK_PUBLISHABLE_KEY, CLERK_SECRET_KEY and CLERK_JWT_KEY from the same one.';
  return signedOut('session_token', reason, { message: `${message} ${remedy}` });
}

/** Passes the directives on, and signs in with the session token among them. Never called with an unverified payload. */
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
 * A script that is sent around by redirects across origins arrives with `Origin: null` (Fetch standard, HTTP-redirect
 * fetch), and its browser withholds the answer unless it names exactly that. For everyone else these headers would replace
 * what the application says about its own origins.
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
 * Development: the payload came in the address, so the browser is sent to the clean one. But not a browser that sends no
 * cookie at all: the loop counter was set before it left, so it keeps none, and would be sent around for ever. It gets
 * its page here and now.
 */
function cleanLocation(context: RequestContext): HeaderPairs {
  if (context.isDocumentRequest && !context.view.header('cookie')) return [];
  const url = context.publicUrl();
  if (url === null) return [];
  for (const name of HANDSHAKE_PARAMETERS) url.searchParams.delete(name);
  return [['Location', url.toString()]];
}

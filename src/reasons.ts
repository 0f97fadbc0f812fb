/** The reasons for which a caller is not let in, in one table: status, meaning and remedy of each. */
import { knownReason, REQUEST_MEANINGS, TOKEN_MEANINGS, type TokenReason } from './ground/meanings.js';

/** What a reason code means to a person: the cause, the HTTP status a guard answers with, and what to do about it. */
export interface ReasonInfo {
  readonly status: 401 | 500 | 503;
  readonly meaning: string;
  readonly remedy: string;
}

type Remedies<Meanings> = Readonly<Record<keyof Meanings, string>>;
type Reasons<Meanings> = Readonly<Record<keyof Meanings, ReasonInfo>>;

const SIGN_IN_AGAIN = 'Sign in again, or fetch a new token from the session.';
const CHECK_KEYS = 'Check that the token is from the Clerk instance whose keys this server uses.';
const CHECK_CLOCK = 'Check the clock of this server.';
const NEEDS_HANDSHAKE = 'Load a page, which renews the session by a handshake; an API client fetches a new token.';
const SET_A_KEY = 'Set CLERK_JWT_KEY or CLERK_SECRET_KEY.';

const TOKEN_REMEDIES: Remedies<typeof TOKEN_MEANINGS> = {
  'token-expired': SIGN_IN_AGAIN,
  'token-invalid': CHECK_KEYS,
  'token-invalid-algorithm': CHECK_KEYS,
  'token-invalid-authorized-parties': 'Add the origin of the frontend to `authorizedParties`.',
  'token-invalid-issuer': CHECK_KEYS,
  'token-invalid-signature': CHECK_KEYS,
  'token-not-active-yet': 'Check the clocks of this server and of the issuer.',
  'token-iat-in-the-future': CHECK_CLOCK,
  'token-verification-failed': CHECK_KEYS,
  'token-type-mismatch': 'Send a token of an accepted kind.',
  'jwk-kid-mismatch': CHECK_KEYS,
  'jwk-kid-unchecked': 'Retry when `Retry-After` says.',
  'jwk-local-missing': SET_A_KEY,
  'jwk-failed-to-resolve': SET_A_KEY,
  'jwk-remote-failed-to-load': 'Check that CLERK_API_URL can be reached.',
  'secret-key-invalid': 'Check CLERK_SECRET_KEY.',
  'unexpected-error': 'Retry later.',
  'not-verified':
    'Call `await authenticate(…, { acceptsToken })`, put a guard before the handler, or give `acceptsToken` to the middleware.',
  'authentication-fault': 'Look for the error in the log of this server, or in the event `fault`.',
};

const REQUEST_REMEDIES: Remedies<typeof REQUEST_MEANINGS> = {
  'session-token-and-uat-missing': 'Sign in.',
  'publishable-key-missing': 'Set CLERK_PUBLISHABLE_KEY.',
  'session-token-missing': 'Sign in.',
  'session-token-but-no-client-uat': NEEDS_HANDSHAKE,
  'client-uat-but-no-session-token': NEEDS_HANDSHAKE,
  'session-token-iat-before-client-uat': NEEDS_HANDSHAKE,
  'session-token-expired': NEEDS_HANDSHAKE,
  'session-token-nbf': CHECK_CLOCK,
  'session-token-iat-in-the-future': CHECK_CLOCK,
  'session-token-missing-azp': NEEDS_HANDSHAKE,
  'session-pending': 'Complete the tasks that sign-in asks for.',
  'dev-browser-missing': NEEDS_HANDSHAKE,
  'dev-browser-sync': NEEDS_HANDSHAKE,
  'satellite-needs-syncing': NEEDS_HANDSHAKE,
  'primary-responds-to-syncing': NEEDS_HANDSHAKE,
  'primary-domain-cross-origin-sync': NEEDS_HANDSHAKE,
  'active-organization-mismatch': NEEDS_HANDSHAKE,
  'No token in header': 'Send one as `Authorization: Bearer <token>`.',
};

/** The status of reasons that the client did not cause. Every other reason is a 401. */
const STATUS: Readonly<Record<string, ReasonInfo['status'] | undefined>> = {
  'jwk-kid-unchecked': 503,
  'jwk-failed-to-resolve': 503,
  'jwk-remote-failed-to-load': 503,
  'secret-key-invalid': 503,
  'unexpected-error': 503,
  'authentication-fault': 500,
};

// A call that bundlers may drop: a server carries the meanings alone.
const tableOf = /* @__NO_SIDE_EFFECTS__ */ <Meanings extends Readonly<Record<string, string>>>(
  meanings: Meanings,
  remedies: Remedies<Meanings>,
): Reasons<Meanings> =>
  Object.fromEntries(
    (Object.keys(meanings) as (keyof Meanings & string)[]).map((reason) => [
      reason,
      { status: STATUS[reason] ?? 401, meaning: meanings[reason], remedy: remedies[reason] },
    ]),
  ) as unknown as Reasons<Meanings>;

/**
 * Reasons for which a single token is refused or cannot be checked: Clerk's codes, and a few of our own.
 *
 * @example
 * ```ts
 * import { TOKEN_REASONS } from 'bailiff';
 *
 * for (const [reason, { status, remedy }] of Object.entries(TOKEN_REASONS)) console.log(reason, status, remedy);
 * ```
 */
export const TOKEN_REASONS = tableOf(TOKEN_MEANINGS, TOKEN_REMEDIES);

/**
 * Reasons that come from the request rather than from one token (sessions without a token, cookies that disagree, ...).
 *
 * @example
 * ```ts
 * import { REQUEST_REASONS } from 'bailiff';
 *
 * console.log(REQUEST_REASONS['session-pending'].remedy);
 * ```
 */
export const REQUEST_REASONS = tableOf(REQUEST_MEANINGS, REQUEST_REMEDIES);

export type { TokenReason };
export type RequestReason = keyof typeof REQUEST_MEANINGS | `session-token-expired-refresh-${string}`;
export type Reason = TokenReason | RequestReason;

/**
 * The meaning of a reason, its status, and what to do about it.
 *
 * @param reason of a state, an auth object, a denial or an event
 * @returns null for a text that is no reason
 *
 * @example
 * ```ts
 * import { reasonInfo } from 'bailiff';
 *
 * console.log(reasonInfo('token-expired')?.remedy);
 * ```
 */
export function reasonInfo(reason: string): ReasonInfo | null {
  const known = knownReason(reason);
  const table: Readonly<Record<string, ReasonInfo | undefined>> = { ...TOKEN_REASONS, ...REQUEST_REASONS };
  return (Object.hasOwn(table, known) && table[known]) || null;
}

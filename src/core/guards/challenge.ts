/** Every denial of a guard: its status, headers (challenges: RFC 6750, RFC 9728) and body. */
import type { Reason } from '../../reasons.js';
import { knownReason, meaningOf, TOKEN_MEANINGS } from '../../ground/meanings.js';
import type { Denial, DenialCase, MissingPart } from '../../types.js';
import { deepFreeze } from '../../ground/deep-freeze.js';
import { partOf, type Missing } from './requirement.js';
import { retryAfterSeconds } from '../../ground/retry-after.js';

/** The facts about a request that a denial depends on. */
export interface Challenge {
  readonly reason: Reason | null;
  /** The verdict's own words, fixed as well: the one reason for many faults does not say which it was. */
  readonly detail?: string | null;
  /** A token came with the request, good or bad: then the answer says what is wrong with it. */
  readonly tokenSent: boolean;
  /** URL of the RFC 9728 metadata, or null. */
  readonly resourceMetadata: string | null;
}

const STATUS: Readonly<Record<DenialCase, Denial['status']>> = {
  unauthenticated: 401,
  'token-type-mismatch': 401,
  forbidden: 403,
  'not-found': 404,
  reverification: 403,
  unavailable: 503,
  fault: 500,
};

interface DenialParts {
  readonly code: string;
  readonly reason?: Reason | null;
  readonly message: string;
  readonly longMessage?: string | undefined;
  readonly headers?: Denial['headers'];
  readonly clerkError?: unknown;
  readonly missing?: MissingPart;
}

function denial(kind: DenialCase, parts: DenialParts): Denial {
  const { code, message, longMessage = message, headers = {}, reason = null, clerkError, missing = null } = parts;
  const made = {
    case: kind,
    status: STATUS[kind],
    code,
    reason,
    message,
    headers,
    body: { ...errorBody(code, message, longMessage), ...(clerkError !== undefined && { clerk_error: clerkError }) },
  };
  // `onDenied` gets it; what it holds of a requirement is shared by all requests of the route.
  return deepFreeze(withHidden(made, 'missing', missing));
}

/** Adds a property that is not enumerable, so that neither JSON nor a copy shows it: for logs alone. */
export const withHidden = <T extends object, Name extends string, V>(to: T, name: Name, value: V) =>
  Object.defineProperty(to, name, { value }) as T & { readonly [N in Name]: V };

/** The envelope of Clerk's own errors. */
export const errorBody = (code: string, message: string, longMessage = message) => ({
  errors: [{ code, message, long_message: longMessage }],
});

/** What a quoted string in a challenge may hold (RFC 6750, section 3): the rest could break out of it. */
const quotable = (text: string): string => text.replace(/[^\x20\x21\x23-\x5b\x5d-\x7e]/g, ' ');
/** A URL with other characters is not a URL. */
const isQuotableUrl = (url: string): boolean => /^[\x21\x23-\x5b\x5d-\x7e]+$/.test(url);

function challengeHeader(parameters: Readonly<Record<string, string | null>>): Denial['headers'] {
  const given = Object.entries(parameters).filter((entry): entry is [string, string] => entry[1] !== null);
  const text = given.map(([name, value]) => `${name}="${quotable(value)}"`).join(', ');
  return { 'WWW-Authenticate': text === '' ? 'Bearer' : `Bearer ${text}` };
}

const metadataOf = ({ resourceMetadata }: Challenge): string | null =>
  resourceMetadata !== null && isQuotableUrl(resourceMetadata) ? resourceMetadata : null;

/** What a reason means, in fixed words: nothing of what the client sent comes back. */
function descriptionOf({ reason, detail }: Challenge): string {
  if (reason === 'token-verification-failed' && detail) return detail;
  return (reason && meaningOf(reason)) ?? 'The request carries no valid credentials.';
}

/** A reason that a guard finds: the token is good, so the state has no headers that say why nobody is signed in. */
const PENDING = 'session-pending';
const PENDING_HEADERS = { 'x-clerk-auth-status': 'signed-out', 'x-clerk-auth-reason': PENDING } as const;

/** The request has no credential, or a bad one of an accepted kind. */
export function unauthenticatedDenial(challenge: Challenge): Denial {
  const { reason, tokenSent } = challenge;
  const meaning = descriptionOf(challenge);
  const isPending = reason === PENDING;
  const coded = tokenSent || isPending;
  return denial('unauthenticated', {
    code: coded && reason !== null ? knownReason(reason) : 'unauthenticated',
    reason,
    message: tokenSent ? 'The credentials are not valid.' : 'Authentication is required.',
    longMessage: meaning,
    headers: {
      ...challengeHeader({
        error: tokenSent ? 'invalid_token' : null,
        error_description: tokenSent ? meaning : null,
        resource_metadata: metadataOf(challenge),
      }),
      ...(isPending && PENDING_HEADERS),
    },
  });
}

/** A token of a kind that the route does not accept, whatever else is wrong with it. */
export function mismatchDenial(challenge: Challenge): Denial {
  const meaning = TOKEN_MEANINGS['token-type-mismatch'];
  return denial('token-type-mismatch', {
    code: 'token-type-mismatch',
    reason: challenge.reason,
    message: meaning,
    missing: 'kind',
    headers: challengeHeader({
      error: 'invalid_token',
      error_description: meaning,
      resource_metadata: metadataOf(challenge),
    }),
  });
}

/** The caller is known, but not allowed. The body or the challenge says what would help. */
export function forbiddenDenial(verdict: Missing, challenge: Challenge): Denial {
  const missing = partOf(verdict);
  if (verdict.missing === 'reverification') {
    return denial('reverification', {
      code: 'forbidden',
      missing,
      message: 'The user must verify again.',
      // What Clerk's frontend looks for to ask for the factor and try again.
      clerkError: {
        type: 'forbidden',
        reason: 'reverification-error',
        metadata: { reverification: verdict.reverification },
      },
    });
  }
  if (verdict.missing === 'organization' && verdict.isHidden) {
    return denial('not-found', { code: 'not-found', missing, message: 'There is nothing here.' });
  }
  const scopes = verdict.missing === 'scope' ? verdict.scopes : null;
  return denial('forbidden', {
    code: 'forbidden',
    missing,
    message: 'Access is not allowed.',
    longMessage: scopes === null ? undefined : 'The token lacks a scope that is needed here.',
    headers:
      scopes === null
        ? {}
        : challengeHeader({
            error: 'insufficient_scope',
            scope: scopes.join(' '),
            resource_metadata: metadataOf(challenge),
          }),
  });
}

/** The credential could not be checked now. */
export function unavailableDenial(reason: Reason | null, retryAfterMs: number): Denial {
  return denial('unavailable', {
    code: 'auth-unavailable',
    reason,
    message: 'The credentials cannot be checked now.',
    longMessage: 'The authentication service cannot be reached. Try again later.',
    headers: { 'Retry-After': retryAfterSeconds(retryAfterMs) },
  });
}

/** This server failed. The client learns no more than that. */
export function faultDenial(cause: Error | null): Denial {
  const made = denial('fault', {
    code: 'authentication-fault',
    reason: 'authentication-fault',
    message: 'The request could not be authenticated.',
    longMessage: TOKEN_MEANINGS['authentication-fault'],
  });
  // A copy, because what was thrown is not ours to freeze.
  return cause === null ? made : Object.freeze(withHidden(withHidden({ ...made }, 'missing', null), 'cause', cause));
}

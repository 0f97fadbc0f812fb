/** The objects at `req.auth`: one frozen object for each kind of caller, and its signed-out form. */
import type { Reason } from '../../reasons.js';
import type {
  Auth,
  AuthDebug,
  GetTokenOptions,
  InvalidTokenAuth,
  MachineTokenType,
  SessionAuth,
  SignedOutSession,
  TokenKinds,
  TokenType,
} from '../../types.js';
import { MACHINE_TOKEN_TYPES, TOKEN_KINDS } from '../../verify/token-kinds.js';
import type { VerifiedMachine, VerifiedSession } from '../../verify/verdict.js';
import { readSession, type SessionIdentity } from './claims.js';
import { hasNothing, machineHas, sessionHas } from './has.js';

/** Asks the Backend API for a new session token. */
export type TokenMinter = (sessionId: string, options: GetTokenOptions) => Promise<string>;

const REDACTED = '[redacted]';
// All requests with the same token share one auth object, so the object and its functions are frozen.
const noToken = Object.freeze((): Promise<null> => Promise.resolve(null));

function debugOf(facts: AuthDebug): () => AuthDebug {
  return Object.freeze(() => ({ ...facts }));
}

// ---------------------------------------------------------------------------------------------- sessions

/** A verified session as an auth object; signed out while it is pending, unless pending sessions count. */
export function sessionAuth(verified: VerifiedSession, pendingIsSignedOut: boolean, mint: TokenMinter): SessionAuth {
  const facts = readSession(verified.data);
  if (facts.sessionStatus === 'pending' && pendingIsSignedOut) return signedOutSession('session-pending', 'pending');
  const { token, data } = verified;
  const { userId, sessionId, sessionStatus, actor, orgId, orgRole, orgSlug, orgPermissions, factorVerificationAge } =
    facts;
  return Object.freeze({
    tokenType: 'session_token',
    isAuthenticated: true,
    reason: null,
    userId,
    sessionId,
    sessionStatus,
    sessionClaims: data,
    actor,
    // `Register` narrows role and permissions at compile time; the token decides at run time.
    orgId,
    orgRole: orgRole as never,
    orgSlug,
    orgPermissions: orgPermissions as never,
    factorVerificationAge,
    has: sessionHas(facts),
    getToken: Object.freeze((options?: GetTokenOptions) => {
      if (options?.template === undefined && options?.expiresInSeconds === undefined) return Promise.resolve(token);
      return sessionId === null ? noToken() : mint(sessionId, options);
    }),
    debug: Object.freeze(() => describeSession(facts, verified)),
  } as const);
}

function describeSession(facts: SessionIdentity, { data }: VerifiedSession): AuthDebug {
  const { userId, sessionId, sessionStatus, orgId, orgRole, factorVerificationAge } = facts;
  const { iss: issuer, azp: authorizedParty, exp: expiresAt, v: claimsVersion } = data;
  return {
    tokenType: 'session_token',
    isAuthenticated: true,
    userId,
    sessionId,
    sessionStatus,
    actor: facts.actor?.sub ?? null,
    orgId,
    orgRole,
    factorVerificationAge,
    issuer,
    authorizedParty,
    expiresAt,
    claimsVersion,
    token: REDACTED,
  };
}

export function signedOutSession(reason: Reason | null, sessionStatus: 'pending' | null = null): SignedOutSession {
  return Object.freeze({
    tokenType: 'session_token',
    isAuthenticated: false,
    reason,
    userId: null,
    sessionId: null,
    sessionStatus,
    sessionClaims: null,
    actor: null,
    orgId: null,
    orgRole: null,
    orgSlug: null,
    orgPermissions: null,
    factorVerificationAge: null,
    has: hasNothing,
    getToken: noToken,
    debug: debugOf({ tokenType: 'session_token', isAuthenticated: false, reason, sessionStatus }),
  });
}

// ---------------------------------------------------------------------------------------------- machines

/** The fields that every machine has. */
function machineBase(verified: VerifiedMachine) {
  const { tokenType, token, data } = verified;
  const { id, subject, scopes } = data;
  const shown = { tokenType, isAuthenticated: true, id, subject, scopes, expiration: data.expiration, token: REDACTED };
  return {
    isAuthenticated: true,
    reason: null,
    id,
    subject,
    scopes,
    has: machineHas(scopes),
    getToken: Object.freeze(() => Promise.resolve(token)),
    debug: debugOf(shown),
  } as const;
}

type Fields = Readonly<Record<string, unknown>>;

const perKind = <T>(make: (tokenType: MachineTokenType) => T) =>
  Object.fromEntries(MACHINE_TOKEN_TYPES.map((kind) => [kind, make(kind)])) as Readonly<Record<MachineTokenType, T>>;

/** The readers of the fields that a kind has beside those of every machine. */
const READERS = perKind((kind) => Object.entries(TOKEN_KINDS[kind].fields) as [string, (data: unknown) => unknown][]);
/** The same fields without a caller. */
const NO_FIELDS = perKind<Fields>((kind) => Object.fromEntries(READERS[kind].map(([name]) => [name, null])));

const fieldsOf = ({ tokenType, data }: VerifiedMachine): Fields =>
  Object.fromEntries(READERS[tokenType].map(([name, read]) => [name, read(data)]));

/** A verified machine token as an auth object. */
export function machineAuth(verified: VerifiedMachine): TokenKinds[MachineTokenType]['auth'] {
  const { tokenType } = verified;
  return Object.freeze({ tokenType, ...fieldsOf(verified), ...machineBase(verified) }) as never;
}

// ---------------------------------------------------------------------------------------------- without a caller

/** The auth object of a request without a caller of this kind: every field of the kind is null. */
export function unauthenticated(tokenType: TokenType, reason: Reason | null): Auth {
  if (tokenType === 'session_token') return signedOutSession(reason);
  return Object.freeze({
    tokenType,
    isAuthenticated: false,
    reason,
    id: null,
    subject: null,
    scopes: null,
    ...NO_FIELDS[tokenType],
    has: hasNothing,
    getToken: noToken,
    debug: debugOf({ tokenType, isAuthenticated: false, reason }),
  }) as Auth;
}

const NOT_VERIFIED =
  'Nobody has verified this token yet. Call `await authenticate(…, { acceptsToken })`, put a guard before the handler, or give `acceptsToken` to clerkMiddleware().';

/** The auth object of a kind that the request has a credential of, good or bad: a reader that verifies nothing cannot tell. */
export function notVerified(tokenType: TokenType): Auth {
  return Object.freeze({ ...unauthenticated(tokenType, 'not-verified'), message: NOT_VERIFIED });
}

/** The auth object where several kinds are accepted and the request has a caller of none: it has no identity fields. */
export function invalidToken(reason: Reason | null): InvalidTokenAuth {
  return Object.freeze({
    tokenType: null,
    isAuthenticated: false,
    reason,
    has: hasNothing,
    getToken: noToken,
    debug: debugOf({ tokenType: null, isAuthenticated: false, reason }),
  });
}

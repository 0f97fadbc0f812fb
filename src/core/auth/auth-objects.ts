/** What stands at `req.auth`: one frozen object for each kind of caller, and its signed-out form. */
import type { Reason } from '../../errors.js';
import type {
  ApiKeyAuth,
  Auth,
  AuthDebug,
  GetTokenOptions,
  InvalidTokenAuth,
  M2MAuth,
  OAuthAuth,
  SessionAuth,
  SignedOutSession,
  TokenType,
} from '../../types.js';
import type {
  VerifiedApiKey,
  VerifiedM2M,
  VerifiedMachine,
  VerifiedOAuth,
  VerifiedSession,
} from '../../verify/verdict.js';
import { readSessionFacts, type SessionFacts } from './claims.js';
import { hasNothing, machineHas, sessionHas } from './has.js';

/** Asks the Backend API for a new session token. */
export type TokenMinter = (sessionId: string, options: GetTokenOptions) => Promise<string>;

const REDACTED = '[redacted]';
// Auth objects are shared by all requests with the same token, so nothing about them can be written, their functions included.
const noToken = Object.freeze((): Promise<null> => Promise.resolve(null));

function debugOf(facts: AuthDebug): () => AuthDebug {
  return Object.freeze(() => ({ ...facts }));
}

// ---------------------------------------------------------------------------------------------- sessions

/** A verified session as an auth object; signed out while it is pending, unless pending sessions count. */
export function sessionAuth(verified: VerifiedSession, pendingIsSignedOut: boolean, mint: TokenMinter): SessionAuth {
  const facts = readSessionFacts(verified.data);
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
    // Register narrows these two at compile time; the token decides at run time.
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

function describeSession(facts: SessionFacts, { data }: VerifiedSession): AuthDebug {
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

type MachineAuth = ApiKeyAuth | M2MAuth | OAuthAuth;

const subjectIf = (prefix: string, subject: string) => (subject.startsWith(prefix) ? subject : null);

/** The fields that every machine has. */
function machineBase<T extends VerifiedMachine>(verified: T) {
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

const apiKeyAuth = (verified: VerifiedApiKey): ApiKeyAuth => ({
  tokenType: 'api_key',
  name: verified.data.name,
  claims: verified.data.claims,
  userId: subjectIf('user_', verified.data.subject),
  orgId: subjectIf('org_', verified.data.subject),
  ...machineBase(verified),
});

const m2mAuth = (verified: VerifiedM2M): M2MAuth => ({
  tokenType: 'm2m_token',
  claims: verified.data.claims,
  machineId: verified.data.subject,
  ...machineBase(verified),
});

const oauthAuth = (verified: VerifiedOAuth): OAuthAuth => ({
  tokenType: 'oauth_token',
  userId: verified.data.subject,
  clientId: verified.data.clientId,
  ...machineBase(verified),
});

/** A verified machine token as an auth object. */
export function machineAuth(verified: VerifiedMachine): MachineAuth {
  if (verified.tokenType === 'api_key') return Object.freeze(apiKeyAuth(verified));
  return Object.freeze(verified.tokenType === 'm2m_token' ? m2mAuth(verified) : oauthAuth(verified));
}

// ---------------------------------------------------------------------------------------------- nobody

/** Fields that a kind has, all null, beside those of every machine. */
const MACHINE_FIELDS = {
  api_key: { name: null, claims: null, userId: null, orgId: null },
  m2m_token: { claims: null, machineId: null },
  oauth_token: { userId: null, clientId: null },
} as const;

/** Nobody of one kind: the fields of that kind, null. */
export function unauthenticated(tokenType: TokenType, reason: Reason | null): Auth {
  if (tokenType === 'session_token') return signedOutSession(reason);
  return Object.freeze({
    tokenType,
    isAuthenticated: false,
    reason,
    id: null,
    subject: null,
    scopes: null,
    ...MACHINE_FIELDS[tokenType],
    has: hasNothing,
    getToken: noToken,
    debug: debugOf({ tokenType, isAuthenticated: false, reason }),
  }) as Auth;
}

/** Nobody of any of several kinds: no identity fields at all. */
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

import { DEFAULT_TOKEN_TTL_SECONDS, scopesOf } from '../machines/machines.js';
import type { InstanceState } from '../../state/instance-state.js';
import type { ApiKeyRow, M2MTokenRow, MachineRow, OAuthAccessTokenRow } from '../../state/rows.js';
import { CATEGORY } from './categories.js';
import { timesOf } from './session-token.js';

type Claims = Readonly<Record<string, unknown>>;
export type TokenFormat = 'opaque' | 'jwt';

/** A day, as Clerk's OAuth access tokens live. */
const OAUTH_LIFETIME_SECONDS = 86_400;
const SECRET_LENGTH = 43;

interface Lifetime {
  /** Negative: expired so long ago. Null: never expires (opaque only). Undefined: the kind's default. */
  readonly expiresInSeconds?: number | null | undefined;
}

export interface NewM2MToken extends Lifetime {
  readonly machine: MachineRow;
  /** Machine ids; default: those to which the machine has access. */
  readonly scopes?: readonly string[] | undefined;
  readonly claims?: Claims | null | undefined;
  readonly format?: TokenFormat | undefined;
}

/** The row of a new token, with `token` in the clear. A JWT is not stored: nothing can revoke it. */
export function issueM2MToken(state: InstanceState, wanted: NewM2MToken): M2MTokenRow {
  const { machine, format = 'opaque', claims = null } = wanted;
  const now = state.now();
  const scopes = wanted.scopes ?? scopesOf(state, machine.id);
  const ttl = wanted.expiresInSeconds === undefined ? machine.default_token_ttl : wanted.expiresInSeconds;
  const row = {
    ...tokenFields(state, 'mt', now, ttl),
    object: 'machine_to_machine_token' as const,
    subject: machine.id,
    claims,
    scopes,
    last_used_at: null,
  };
  if (format === 'opaque')
    return state.table('m2m_tokens').insert({ ...row, token: `mt_${state.secret(SECRET_LENGTH)}` });
  const token = state.keys.sign(
    { cat: CATEGORY.m2m },
    {
      ...claims,
      ...timesOf(now, ttl ?? DEFAULT_TOKEN_TTL_SECONDS),
      iss: state.frontendApiUrl,
      jti: row.id,
      scopes: scopes.join(' '),
      sub: machine.id,
    },
  );
  return { ...row, token };
}

export interface NewApiKey extends Lifetime {
  readonly subject: string;
  readonly name: string;
  readonly description?: string | null | undefined;
  readonly type?: string | undefined;
  readonly scopes?: readonly string[] | undefined;
  readonly claims?: Claims | null | undefined;
  readonly createdBy?: string | null | undefined;
}

export function issueApiKey(state: InstanceState, wanted: NewApiKey): ApiKeyRow {
  return state.table('api_keys').insert({
    ...tokenFields(state, 'ak', state.now(), wanted.expiresInSeconds ?? null),
    object: 'api_key',
    type: wanted.type ?? 'api_key',
    subject: wanted.subject,
    name: wanted.name,
    description: wanted.description ?? null,
    claims: wanted.claims ?? null,
    scopes: wanted.scopes ?? [],
    created_by: wanted.createdBy ?? null,
    last_used_at: null,
    secret: `ak_${state.secret(SECRET_LENGTH)}`,
  });
}

export interface NewOAuthToken extends Lifetime {
  readonly userId: string;
  readonly clientId: string;
  readonly scopes?: readonly string[] | undefined;
  /** RFC 8707: for which resource server it is good. */
  readonly audience?: string | readonly string[] | undefined;
  /** The organization for which the user gave the client access. */
  readonly organizationId?: string | undefined;
  readonly format?: TokenFormat | undefined;
}

/** An access token; a JWT has RFC 9068's form. */
export function issueOAuthToken(state: InstanceState, wanted: NewOAuthToken): OAuthAccessTokenRow {
  const now = state.now();
  const { userId, clientId, scopes = [], format = 'opaque' } = wanted;
  const bound = {
    ...(wanted.audience === undefined ? {} : { aud: wanted.audience }),
    ...(wanted.organizationId === undefined ? {} : { org_id: wanted.organizationId }),
  };
  const ttl = wanted.expiresInSeconds === undefined ? OAUTH_LIFETIME_SECONDS : wanted.expiresInSeconds;
  const row = {
    ...tokenFields(state, 'oat', now, ttl),
    object: 'clerk_idp_oauth_access_token' as const,
    client_id: clientId,
    subject: userId,
    scopes,
    ...bound,
  };
  const table = state.table('oauth_access_tokens');
  if (format === 'opaque') return table.insert({ ...row, token: `oat_${state.secret(SECRET_LENGTH)}` });
  const token = state.keys.sign(
    { typ: 'at+jwt' },
    {
      ...timesOf(now, ttl ?? OAUTH_LIFETIME_SECONDS),
      ...bound,
      client_id: clientId,
      iss: state.frontendApiUrl,
      jti: row.id,
      scope: scopes.join(' '),
      sub: userId,
    },
  );
  return table.insert({ ...row, token });
}

/** Whether a stored token is past its time. */
export function isExpired(state: InstanceState, row: { readonly expiration?: number | null }): boolean {
  return typeof row.expiration === 'number' && row.expiration <= state.now();
}

/** Neither revoked nor past its time. */
export const isGood = (
  state: InstanceState,
  row: { readonly revoked?: boolean; readonly expiration?: number | null },
): boolean => row.revoked !== true && !isExpired(state, row);

function tokenFields(state: InstanceState, prefix: string, now: number, ttlSeconds: number | null) {
  return {
    id: state.id(prefix),
    revoked: false,
    revocation_reason: null,
    expiration: ttlSeconds === null ? null : now + ttlSeconds * 1000,
    created_at: now,
    updated_at: now,
  };
}

/** Tokens by which machines know each other: creation, reuse, verification. */
import type { M2mTokensCreateParams } from '../../../../../src/api/generated/types.js';
import type { InstanceState } from '../../state/instance-state.js';
import type { Fields, M2MTokenRow, MachineRow } from '../../state/rows.js';
import type { ApiError } from '../records/api-error.js';
import { refusal } from '../records/refusals.js';
import { isExpired, isGood, issueM2MToken } from '../tokens/machine-tokens.js';

export const viewM2MToken = (state: InstanceState, row: M2MTokenRow): Fields => ({
  ...row,
  expired: isExpired(state, row),
});

export function noM2MToken(): ApiError {
  return refusal('resource_not_found', 'No M2M token was found.');
}

/** The body of `POST /m2m_tokens`, with the members that clients send beyond the document. */
export type NewM2MTokenBody = M2mTokensCreateParams & {
  readonly token_format?: 'opaque' | 'jwt' | null;
  readonly min_remaining_ttl_seconds?: number | null;
};

/** Claims that a signed token has of its own. */
const RESERVED = ['exp', 'iat', 'iss', 'jti', 'nbf', 'sub'];

/** A new token, or one with the same claims that is good for as long as the body asks. @throws ApiError 400 */
export function tokenForMachine(state: InstanceState, machine: MachineRow, body: NewM2MTokenBody): M2MTokenRow {
  const { seconds_until_expiration: seconds, min_remaining_ttl_seconds: reuse } = body;
  const claims = body.claims ?? null;
  const format = body.token_format === 'jwt' ? 'jwt' : 'opaque';
  const reserved = Object.keys(claims ?? {}).find((claim) => RESERVED.includes(claim));
  if (reserved !== undefined)
    throw refusal('machine_token_reserved_claim', `${reserved} is set by Clerk itself.`, { paramName: 'claims' });
  if (typeof seconds === 'number' && !(seconds > 0)) throw invalid('seconds_until_expiration');
  const lifetime = seconds ?? machine.default_token_ttl;
  if (typeof reuse === 'number') {
    if (reuse >= lifetime) throw invalid('min_remaining_ttl_seconds');
    const equal = format === 'jwt' ? undefined : reusable(state, machine.id, claims, reuse);
    if (equal !== undefined) return equal;
  }
  return issueM2MToken(state, { machine, claims, expiresInSeconds: seconds ?? undefined, format });
}

function reusable(
  state: InstanceState,
  machineId: string,
  claims: Fields | null,
  minRemainingSeconds: number,
): M2MTokenRow | undefined {
  const until = state.now() + minRemainingSeconds * 1000;
  const wanted = JSON.stringify(claims);
  return state
    .table('m2m_tokens')
    .by('subject', machineId)
    .find((row) => !row.revoked && (row.expiration ?? Infinity) >= until && JSON.stringify(row.claims) === wanted);
}

/** The token's row, or what a signed one says; undefined unless it is good. */
export function goodM2MToken(state: InstanceState, token: string): M2MTokenRow | undefined {
  if (!token.startsWith('mt_')) return signed(state, token);
  const row = state.table('m2m_tokens').by('token', token)[0];
  return row !== undefined && isGood(state, row) ? row : undefined;
}

function signed(state: InstanceState, token: string): M2MTokenRow | undefined {
  const { payload } = state.keys.open(token) ?? {};
  if (payload === undefined) return undefined;
  const { iss: _, sub, exp, nbf: __, iat, jti, scopes, ...claims } = payload;
  if (typeof sub !== 'string' || !sub.startsWith('mch_') || Number(exp) * 1000 <= state.now()) return undefined;
  return {
    id: String(jti),
    object: 'machine_to_machine_token',
    subject: sub,
    claims: Object.keys(claims).length > 0 ? claims : null,
    scopes: String(scopes).split(' ').filter(Boolean),
    token,
    revoked: false,
    revocation_reason: null,
    expiration: Number(exp) * 1000,
    last_used_at: null,
    created_at: Number(iat) * 1000,
    updated_at: Number(iat) * 1000,
  };
}

function invalid(paramName: string): ApiError {
  return refusal('form_param_value_invalid', undefined, { paramName, second: true });
}

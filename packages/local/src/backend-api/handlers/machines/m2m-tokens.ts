/** Tokens by which machines know each other. */
import { isExpired, issueM2MToken } from '../../../model/tokens/machine-tokens.js';
import type { Row, InstanceState } from '../../../state/instance-state.js';
import { ApiError, bodyOf } from '../../engine/operation.js';
import type { Handlers, OperationCall } from '../../engine/operation.js';

export const m2mTokensHandlers: Handlers = {
  createM2MToken(call, state) {
    const {
      seconds_until_expiration: seconds,
      claims,
      token_format: format,
      min_remaining_ttl_seconds: reuse,
    } = bodyOf(call);
    const machine = state.table('machines').get(machineIdOf(call));
    if (machine === undefined) throw notFound();
    if (seconds !== undefined && seconds !== null && !(Number(seconds) > 0)) throw invalid('seconds_until_expiration');
    const expiresInSeconds = typeof seconds === 'number' ? seconds : undefined;
    const lifetime = expiresInSeconds ?? Number(machine['default_token_ttl']);
    if (typeof reuse === 'number') {
      if (reuse >= lifetime) throw invalid('min_remaining_ttl_seconds');
      const equal = format === 'jwt' ? undefined : reusable(state, machine.id, claims, reuse);
      if (equal !== undefined) return view(state, equal);
    }
    const wanted = { machine, claims: (claims ?? null) as Readonly<Record<string, unknown>> | null, expiresInSeconds };
    return view(state, issueM2MToken(state, { ...wanted, format: format === 'jwt' ? 'jwt' : 'opaque' }));
  },

  getM2MTokens(call, state) {
    const { subject, revoked = false, expired = false, limit = 10, offset = 0 } = call.query;
    if (call.caller.kind === 'machine' && call.caller.machineId !== subject) {
      throw new ApiError(403, 'authorization_invalid', 'A machine sees its own tokens alone.');
    }
    if (state.table('machines').get(String(subject)) === undefined) throw notFound();
    const found = state
      .table('m2m_tokens')
      .by('subject', subject)
      .filter((row) => (revoked === true || row['revoked'] !== true) && (expired === true || !isExpired(state, row)))
      .reverse();
    const page = found.slice(Number(offset), Number(offset) + Number(limit));
    return { m2m_tokens: page.map((row) => view(state, row)), total_count: found.length };
  },

  revokeM2MToken(call, state) {
    const table = state.table('m2m_tokens');
    const row = table.get(call.params['m2m_token_id'] ?? '');
    const own = call.caller.kind === 'secret' || row?.['subject'] === call.caller.machineId;
    if (row === undefined || !own) throw notFound();
    const reason = bodyOf(call)['revocation_reason'] ?? null;
    return view(
      state,
      table.update(row.id, { revoked: true, revocation_reason: reason, updated_at: state.now() }) ?? row,
    );
  },

  verifyM2MToken(call, state) {
    const token = String(bodyOf(call)['token']);
    const row = token.startsWith('mt_') ? opaque(state, token) : signed(state, token);
    const { caller } = call;
    const granted =
      caller.kind === 'secret' || (row?.['scopes'] as readonly string[] | undefined)?.includes(caller.machineId);
    // Refusals look alike: who holds a bad token learns nothing about it. SDKs take any 200 for a good token.
    if (row === undefined || granted !== true) throw notFound();
    const used = state.table('m2m_tokens').update(row.id, { last_used_at: state.now() }) ?? row;
    return view(state, used);
  },
};

function opaque(state: InstanceState, token: string): Row | undefined {
  const row = state.table('m2m_tokens').by('token', token)[0];
  return row === undefined || row['revoked'] === true || isExpired(state, row) ? undefined : row;
}

function signed(state: InstanceState, token: string): Row | undefined {
  const payload = state.keys.open(token)?.payload;
  if (
    payload === undefined ||
    !String(payload['sub']).startsWith('mch_') ||
    Number(payload['exp']) * 1000 <= state.now()
  )
    return undefined;
  const { iss: _, sub, exp, nbf: __, iat, jti, scopes, ...claims } = payload;
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

/** A token with the same claims that is good for long enough. */
function reusable(
  state: InstanceState,
  machineId: string,
  claims: unknown,
  minRemainingSeconds: number,
): Row | undefined {
  const until = state.now() + minRemainingSeconds * 1000;
  const wanted = JSON.stringify(claims ?? null);
  return state
    .table('m2m_tokens')
    .by('subject', machineId)
    .find(
      (row) =>
        row['revoked'] !== true &&
        Number(row['expiration'] ?? Infinity) >= until &&
        JSON.stringify(row['claims']) === wanted,
    );
}

function view(state: InstanceState, row: Row): Record<string, unknown> {
  return { ...row, expired: isExpired(state, row) };
}

function machineIdOf(call: OperationCall): string {
  return call.caller.kind === 'machine' ? call.caller.machineId : '';
}

function invalid(paramName: string): ApiError {
  return new ApiError(400, 'form_param_value_invalid', 'is invalid', { paramName });
}

function notFound(): ApiError {
  return new ApiError(404, 'resource_not_found', 'not found', { longMessage: 'No M2M token was found.' });
}

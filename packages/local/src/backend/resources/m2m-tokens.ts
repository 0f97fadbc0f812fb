/** Tokens by which machines know each other. */
import { isExpired, issueM2MToken } from '../../tokens/machine-tokens.js';
import type { Row, World } from '../../instance-state.js';
import { ApiError, bodyOf } from '../operation.js';
import type { Handlers, OperationCall } from '../operation.js';

export const m2mTokensHandlers: Handlers = {
  createM2MToken(call, world) {
    const {
      seconds_until_expiration: seconds,
      claims,
      token_format: format,
      min_remaining_ttl_seconds: reuse,
    } = bodyOf(call);
    const machine = world.table('machines').get(machineIdOf(call));
    if (machine === undefined) throw notFound();
    if (seconds !== undefined && seconds !== null && !(Number(seconds) > 0)) throw invalid('seconds_until_expiration');
    const expiresInSeconds = typeof seconds === 'number' ? seconds : undefined;
    const lifetime = expiresInSeconds ?? Number(machine['default_token_ttl']);
    if (typeof reuse === 'number') {
      if (reuse >= lifetime) throw invalid('min_remaining_ttl_seconds');
      const equal = format === 'jwt' ? undefined : reusable(world, machine.id, claims, reuse);
      if (equal !== undefined) return view(world, equal);
    }
    const wanted = { machine, claims: (claims ?? null) as Readonly<Record<string, unknown>> | null, expiresInSeconds };
    return view(world, issueM2MToken(world, { ...wanted, format: format === 'jwt' ? 'jwt' : 'opaque' }));
  },

  getM2MTokens(call, world) {
    const { subject, revoked = false, expired = false, limit = 10, offset = 0 } = call.query;
    if (call.caller.kind === 'machine' && call.caller.machineId !== subject) {
      throw new ApiError(403, 'authorization_invalid', 'A machine sees its own tokens alone.');
    }
    if (world.table('machines').get(String(subject)) === undefined) throw notFound();
    const found = world
      .table('m2m_tokens')
      .by('subject', subject)
      .filter((row) => (revoked === true || row['revoked'] !== true) && (expired === true || !isExpired(world, row)))
      .reverse();
    const page = found.slice(Number(offset), Number(offset) + Number(limit));
    return { m2m_tokens: page.map((row) => view(world, row)), total_count: found.length };
  },

  revokeM2MToken(call, world) {
    const table = world.table('m2m_tokens');
    const row = table.get(call.params['m2m_token_id'] ?? '');
    const own = call.caller.kind === 'secret' || row?.['subject'] === call.caller.machineId;
    if (row === undefined || !own) throw notFound();
    const reason = bodyOf(call)['revocation_reason'] ?? null;
    return view(
      world,
      table.update(row.id, { revoked: true, revocation_reason: reason, updated_at: world.now() }) ?? row,
    );
  },

  verifyM2MToken(call, world) {
    const token = String(bodyOf(call)['token']);
    const row = token.startsWith('mt_') ? opaque(world, token) : signed(world, token);
    const { caller } = call;
    const granted =
      caller.kind === 'secret' || (row?.['scopes'] as readonly string[] | undefined)?.includes(caller.machineId);
    // Refusals look alike: who holds a bad token learns nothing about it. SDKs take any 200 for a good token.
    if (row === undefined || granted !== true) throw notFound();
    const used = world.table('m2m_tokens').update(row.id, { last_used_at: world.now() }) ?? row;
    return view(world, used);
  },
};

function opaque(world: World, token: string): Row | undefined {
  const row = world.table('m2m_tokens').by('token', token)[0];
  return row === undefined || row['revoked'] === true || isExpired(world, row) ? undefined : row;
}

function signed(world: World, token: string): Row | undefined {
  const payload = world.keys.open(token)?.payload;
  if (
    payload === undefined ||
    !String(payload['sub']).startsWith('mch_') ||
    Number(payload['exp']) * 1000 <= world.now()
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
function reusable(world: World, machineId: string, claims: unknown, minRemainingSeconds: number): Row | undefined {
  const until = world.now() + minRemainingSeconds * 1000;
  const wanted = JSON.stringify(claims ?? null);
  return world
    .table('m2m_tokens')
    .by('subject', machineId)
    .find(
      (row) =>
        row['revoked'] !== true &&
        Number(row['expiration'] ?? Infinity) >= until &&
        JSON.stringify(row['claims']) === wanted,
    );
}

function view(world: World, row: Row): Record<string, unknown> {
  return { ...row, expired: isExpired(world, row) };
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

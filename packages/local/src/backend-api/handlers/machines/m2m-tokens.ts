/** Tokens by which machines know each other. */
import type {
  M2mTokensListParams,
  M2mTokensRevokeParams,
  M2mTokensVerifyParams,
} from '../../../../../../src/api/generated/types.js';
import {
  goodM2MToken,
  noM2MToken,
  tokenForMachine,
  viewM2MToken,
  type NewM2MTokenBody,
} from '../../../model/machines/m2m-tokens.js';
import { refusal } from '../../../model/records/refusals.js';
import { pageOf } from '../../../model/records/listing.js';
import { isExpired } from '../../../model/tokens/machine-tokens.js';
import { bodyOf, param, queryOf, type Handlers } from '../../engine/operation.js';

export const m2mTokenHandlers: Handlers = {
  createM2MToken({ caller, ...call }, state) {
    const machine = caller.kind === 'machine' ? state.table('machines').get(caller.machineId) : undefined;
    if (machine === undefined) throw noM2MToken();
    return viewM2MToken(state, tokenForMachine(state, machine, bodyOf<NewM2MTokenBody>({ caller, ...call })));
  },

  getM2MTokens(call, state) {
    const query = queryOf<M2mTokensListParams>(call);
    if (call.caller.kind === 'machine' && call.caller.machineId !== query.subject) {
      throw refusal('authorization_invalid', 'A machine sees its own tokens alone.');
    }
    if (state.table('machines').get(query.subject) === undefined) throw noM2MToken();
    const found = state
      .table('m2m_tokens')
      .by('subject', query.subject)
      .filter((row) => (query.revoked === true || !row.revoked) && (query.expired === true || !isExpired(state, row)))
      .reverse();
    const { data, total_count } = pageOf(found, { limit: 10, ...query }, (row) => viewM2MToken(state, row));
    return { m2m_tokens: data, total_count };
  },

  revokeM2MToken(call, state) {
    const table = state.table('m2m_tokens');
    const row = table.get(param(call, 'm2m_token_id'));
    const own = call.caller.kind === 'secret' || row?.subject === call.caller.machineId;
    if (row === undefined || !own) throw noM2MToken();
    const reason = bodyOf<M2mTokensRevokeParams>(call).revocation_reason ?? null;
    const revoked = table.update(row.id, { revoked: true, revocation_reason: reason, updated_at: state.now() });
    return viewM2MToken(state, revoked ?? row);
  },

  verifyM2MToken(call, state) {
    const row = goodM2MToken(state, bodyOf<M2mTokensVerifyParams>(call).token);
    const { caller } = call;
    // Refusals look alike: who holds a bad token learns nothing about it. SDKs take any 200 for a good token.
    if (row === undefined || (caller.kind === 'machine' && !row.scopes.includes(caller.machineId))) throw noM2MToken();
    return viewM2MToken(state, state.table('m2m_tokens').update(row.id, { last_used_at: state.now() }) ?? row);
  },
};

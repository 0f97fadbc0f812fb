/** Clients (browsers) with their sessions, sign-ups, and what a handshake set aside. */
import type { ClientsVerifyParams, SignUpsUpdateParams } from '../../../../../../src/api/generated/types.js';
import { change, find } from '../../../model/records/resource.js';
import { clients, clientWithToken, signUps } from '../../../model/sessions/clients.js';
import { redeemHandshake } from '../../../model/sessions/handshakes.js';
import { getOf, listOf } from '../../engine/crud-handlers.js';
import { bodyOf, idOf, type Handler, type Handlers } from '../../engine/operation.js';

/** The official client calls it; the document has an empty path for it. */
export const readHandshakePayload: Handler = (call, state) => ({
  directives: redeemHandshake(state, call.request.query.get('nonce') ?? ''),
});

export const clientHandlers: Handlers = {
  GetClientList: listOf(clients),
  GetClient: getOf(clients),
  VerifyClient: (call, state) =>
    clients.view(clientWithToken(state, String(bodyOf<Partial<ClientsVerifyParams>>(call).token)), state),
  GetSignUp: getOf(signUps),
  UpdateSignUp: (call, state) => {
    const row = find(state, signUps, idOf(call));
    const { external_id, custom_action: custom } = bodyOf<SignUpsUpdateParams>(call);
    return change(state, signUps, row.id, {
      external_id,
      ...(typeof custom === 'boolean' ? { custom_action: custom } : {}),
    });
  },
};

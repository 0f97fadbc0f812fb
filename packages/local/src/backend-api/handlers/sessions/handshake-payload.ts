/** What a handshake set aside for the server that redeems its nonce. The official client calls it; the document has an empty path for it. */
import { ApiError } from '../../engine/operation.js';
import type { Handlers } from '../../engine/operation.js';

export const handshakePayloadHandlers: Handlers = {
  GetHandshakePayload(call, state) {
    const nonce = call.request.query.get('nonce') ?? '';
    const kept = state.table('handshakes').get(nonce);
    const expiresAt = kept?.['expires_at'];
    // A nonce is good once: whoever reads it in a log or a Referer comes too late.
    if (kept !== undefined) state.table('handshakes').delete(nonce);
    if (kept === undefined || (typeof expiresAt === 'number' && expiresAt <= state.now())) {
      throw new ApiError(404, 'resource_not_found', 'not found', {
        longMessage: 'There is no handshake with this nonce.',
      });
    }
    return { directives: kept['directives'] };
  },
};

/** The instance's signing keys. */
import type { Handlers } from '../../engine/operation.js';

export const jwksHandlers: Handlers = {
  GetJWKS: (_call, state) => state.keys.jwks(),
};

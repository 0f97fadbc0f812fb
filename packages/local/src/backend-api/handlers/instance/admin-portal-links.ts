/** Tokens for links into the admin portal. */
import type {
  AdminPortalLinkTokensCreateParams,
  AdminPortalLinkTokensRevokeParams,
} from '../../../../../../src/api/generated/types.js';
import { createPortalToken, portalTokens, revokePortalToken } from '../../../model/instance/admin-portal-links.js';
import { bodyOf, idOf, type Handlers } from '../../engine/operation.js';

export const adminPortalLinkHandlers: Handlers = {
  createAdminPortalLinkToken: (call, state) =>
    createPortalToken(state, bodyOf<AdminPortalLinkTokensCreateParams>(call)),
  revokeAdminPortalLinkToken: (call, state) => {
    const { revocation_reason: reason } = bodyOf<AdminPortalLinkTokensRevokeParams>(call);
    return portalTokens.view(revokePortalToken(state, idOf(call), reason), state);
  },
};

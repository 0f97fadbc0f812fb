/** All operations' handlers, joined. One resource a file. */
import { join } from '../model/records/resource.js';
import type { Handlers } from './engine/operation.js';
import { addressHandlers } from './handlers/users/addresses.js';
import { apiKeysHandlers } from './handlers/machines/api-keys.js';
import { billingHandlers } from './handlers/billing/billing.js';
import { clientHandlers } from './handlers/sessions/clients.js';
import { domainHandlers } from './handlers/instance/instance-domains.js';
import { instanceHandlers } from './handlers/instance/instance-settings.js';
import { invitationHandlers } from './handlers/invitations/invitations.js';
import { jwksHandlers } from './handlers/instance/jwks.js';
import { jwtTemplateHandlers } from './handlers/instance/jwt-templates.js';
import { m2mTokensHandlers } from './handlers/machines/m2m-tokens.js';
import { machinesHandlers } from './handlers/machines/machine-handlers.js';
import { miscellaneousHandlers } from './handlers/instance/miscellaneous.js';
import { oauthAccessTokensHandlers } from './handlers/oauth/oauth-access-tokens.js';
import { oauthApplicationHandlers } from './handlers/oauth/oauth-applications.js';
import { oneTimeTokenHandlers } from './handlers/sessions/one-time-tokens.js';
import { organizationDomainHandlers } from './handlers/organizations/organization-domains.js';
import { organizationInvitationHandlers } from './handlers/organizations/organization-invitations.js';
import { organizationMembershipHandlers } from './handlers/organizations/organization-memberships.js';
import { organizationPermissionHandlers } from './handlers/organizations/organization-permissions.js';
import { organizationRoleHandlers } from './handlers/organizations/organization-roles.js';
import { organizationHandlers } from './handlers/organizations/organization-handlers.js';
import { redirectUrlHandlers } from './handlers/instance/redirect-urls.js';
import { restrictionHandlers } from './handlers/instance/allowlist-and-blocklist.js';
import { roleSetHandlers } from './handlers/organizations/role-sets.js';
import { samlConnectionHandlers } from './handlers/organizations/saml-connections.js';
import { sessionsHandlers } from './handlers/sessions/session-handlers.js';
import { templateHandlers } from './handlers/instance/message-templates.js';
import { userCredentialHandlers } from './handlers/users/user-credentials.js';
import { userStateHandlers } from './handlers/users/bans-and-locks.js';
import { userHandlers } from './handlers/users/user-handlers.js';
import { waitlistEntryHandlers } from './handlers/invitations/waitlist-entries.js';

export const handlers: Handlers = join(
  addressHandlers,
  apiKeysHandlers,
  billingHandlers,
  clientHandlers,
  domainHandlers,
  instanceHandlers,
  invitationHandlers,
  jwksHandlers,
  jwtTemplateHandlers,
  m2mTokensHandlers,
  machinesHandlers,
  miscellaneousHandlers,
  oauthAccessTokensHandlers,
  oauthApplicationHandlers,
  oneTimeTokenHandlers,
  organizationDomainHandlers,
  organizationHandlers,
  organizationInvitationHandlers,
  organizationMembershipHandlers,
  organizationPermissionHandlers,
  organizationRoleHandlers,
  redirectUrlHandlers,
  restrictionHandlers,
  roleSetHandlers,
  samlConnectionHandlers,
  sessionsHandlers,
  templateHandlers,
  userCredentialHandlers,
  userHandlers,
  userStateHandlers,
  waitlistEntryHandlers,
);

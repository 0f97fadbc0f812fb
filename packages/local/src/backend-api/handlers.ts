/** All operations' handlers, joined. */
import { join } from './engine/crud-handlers.js';
import type { Handlers } from './engine/operation.js';
import { billingHandlers } from './handlers/billing/billing.js';
import { creditAndDiscountHandlers } from './handlers/billing/credits-and-discounts.js';
import { directoryHandlers } from './handlers/connections/directories.js';
import { enterpriseConnectionHandlers } from './handlers/connections/enterprise-connections.js';
import { samlConnectionHandlers } from './handlers/connections/saml-connections.js';
import { adminPortalLinkHandlers } from './handlers/instance/admin-portal-links.js';
import { identifierListHandlers } from './handlers/instance/allowlist-and-blocklist.js';
import { domainHandlers } from './handlers/instance/instance-domains.js';
import { instanceHandlers } from './handlers/instance/instance-settings.js';
import { jwtTemplateHandlers } from './handlers/instance/jwt-templates.js';
import { messageTemplateHandlers } from './handlers/instance/message-templates.js';
import { redirectUrlHandlers } from './handlers/instance/redirect-urls.js';
import { svixHandlers } from './handlers/instance/svix-and-interstitial.js';
import { invitationHandlers } from './handlers/invitations/invitations.js';
import { waitlistEntryHandlers } from './handlers/invitations/waitlist-entries.js';
import { apiKeyHandlers } from './handlers/machines/api-keys.js';
import { m2mTokenHandlers } from './handlers/machines/m2m-tokens.js';
import { machineHandlers } from './handlers/machines/machine-handlers.js';
import { oauthAccessTokenHandlers } from './handlers/oauth/oauth-access-tokens.js';
import { oauthApplicationHandlers } from './handlers/oauth/oauth-applications.js';
import { organizationDomainHandlers } from './handlers/organizations/organization-domains.js';
import { organizationHandlers } from './handlers/organizations/organization-handlers.js';
import { organizationInvitationHandlers } from './handlers/organizations/organization-invitations.js';
import { organizationMembershipHandlers } from './handlers/organizations/organization-memberships.js';
import { organizationRoleHandlers } from './handlers/organizations/organization-roles.js';
import { roleSetHandlers } from './handlers/organizations/role-sets.js';
import { agentTaskHandlers } from './handlers/sessions/agent-tasks.js';
import { clientHandlers } from './handlers/sessions/clients.js';
import { oneTimeTokenHandlers } from './handlers/sessions/one-time-tokens.js';
import { sessionHandlers } from './handlers/sessions/session-handlers.js';
import { addressHandlers } from './handlers/users/addresses.js';
import { banAndLockHandlers } from './handlers/users/bans-and-locks.js';
import { userCredentialHandlers } from './handlers/users/user-credentials.js';
import { userHandlers } from './handlers/users/user-handlers.js';

export const handlers: Handlers = join(
  addressHandlers,
  adminPortalLinkHandlers,
  agentTaskHandlers,
  apiKeyHandlers,
  banAndLockHandlers,
  billingHandlers,
  clientHandlers,
  creditAndDiscountHandlers,
  directoryHandlers,
  domainHandlers,
  enterpriseConnectionHandlers,
  identifierListHandlers,
  instanceHandlers,
  invitationHandlers,
  jwtTemplateHandlers,
  m2mTokenHandlers,
  machineHandlers,
  messageTemplateHandlers,
  oauthAccessTokenHandlers,
  oauthApplicationHandlers,
  oneTimeTokenHandlers,
  organizationDomainHandlers,
  organizationHandlers,
  organizationInvitationHandlers,
  organizationMembershipHandlers,
  organizationRoleHandlers,
  redirectUrlHandlers,
  roleSetHandlers,
  samlConnectionHandlers,
  sessionHandlers,
  svixHandlers,
  userCredentialHandlers,
  userHandlers,
  waitlistEntryHandlers,
);

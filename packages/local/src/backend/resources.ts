/** All operations' handlers, joined. One resource a file. */
import { join } from './crud.js';
import type { Handlers } from './operation.js';
import { addressHandlers } from './resources/addresses.js';
import { apiKeysHandlers } from './resources/api-keys.js';
import { billingHandlers } from './resources/billing.js';
import { clientHandlers } from './resources/clients.js';
import { domainHandlers } from './resources/domains.js';
import { instanceHandlers } from './resources/instance.js';
import { invitationHandlers } from './resources/invitations.js';
import { jwksHandlers } from './resources/jwks.js';
import { jwtTemplateHandlers } from './resources/jwt-templates.js';
import { m2mTokensHandlers } from './resources/m2m-tokens.js';
import { machinesHandlers } from './resources/machines.js';
import { miscellaneousHandlers } from './resources/miscellaneous.js';
import { oauthAccessTokensHandlers } from './resources/oauth-access-tokens.js';
import { oauthApplicationHandlers } from './resources/oauth-applications.js';
import { oneTimeTokenHandlers } from './resources/one-time-tokens.js';
import { organizationDomainHandlers } from './resources/organization-domains.js';
import { organizationInvitationHandlers } from './resources/organization-invitations.js';
import { organizationMembershipHandlers } from './resources/organization-memberships.js';
import { organizationPermissionHandlers } from './resources/organization-permissions.js';
import { organizationRoleHandlers } from './resources/organization-roles.js';
import { organizationHandlers } from './resources/organizations.js';
import { redirectUrlHandlers } from './resources/redirect-urls.js';
import { restrictionHandlers } from './resources/restrictions.js';
import { roleSetHandlers } from './resources/role-sets.js';
import { samlConnectionHandlers } from './resources/saml-connections.js';
import { sessionsHandlers } from './resources/sessions.js';
import { templateHandlers } from './resources/templates.js';
import { userCredentialHandlers } from './resources/user-credentials.js';
import { userStateHandlers } from './resources/user-states.js';
import { userHandlers } from './resources/users.js';
import { waitlistEntryHandlers } from './resources/waitlist-entries.js';

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

/**
 * Routes that the official client calls although the pinned document does not describe them: they came later, under every version of the API.
 * Bodies are taken as they come; the handlers look at them.
 */
import type { BackendRoute } from './engine/backend-route.js';
import type { Handler } from './engine/operation.js';
import { compileRenderer } from './engine/render.js';
import { enterpriseConnectionHandlers } from './handlers/connections/enterprise-connections.js';
import { emailHandlers } from './handlers/instance/emails.js';
import { changeDomain, readOrganizationSettings } from './handlers/instance/instance-settings.js';
import { deleteInvitation } from './handlers/invitations/invitations.js';
import { revokeOAuthToken } from './handlers/oauth/oauth-applications.js';
import { replaceOrganizationMetadata } from './handlers/organizations/organization-handlers.js';
import { createAgentTaskOf, revokeAgentTaskOf, showAccountlessApplication } from './handlers/sessions/agent-tasks.js';
import { readHandshakePayload } from './handlers/sessions/clients.js';
import { verifySession } from './handlers/sessions/session-handlers.js';
import { replaceAddress } from './handlers/users/addresses.js';
import { removePasswordOf } from './handlers/users/user-credentials.js';
import { replaceUserMetadata } from './handlers/users/user-handlers.js';
import type { Route } from '../http/router.js';

/** Method and path, name, handler, and the component that its answer is; `json`: as the handler gives it; null: no body. */
type Entry = readonly [route: string, id: string, handler: Handler, answer: string | null];

const enterprise = enterpriseConnectionHandlers;

const ENTRIES: readonly Entry[] = [
  ['GET /clients/handshake_payload', 'GetHandshakePayload', readHandshakePayload, 'json'],
  ['GET /instance/organization_settings', 'GetOrganizationSettings', readOrganizationSettings, 'OrganizationSettings'],
  ['POST /beta_features/change_domain', 'ChangeDomain', changeDomain, null],
  ['PUT /users/{user_id}/metadata', 'ReplaceUserMetadata', replaceUserMetadata, 'User'],
  ['PUT /users/{user_id}/email_address', 'ReplaceUserEmailAddress', replaceAddress('email_address'), 'EmailAddress'],
  ['PUT /users/{user_id}/phone_number', 'ReplaceUserPhoneNumber', replaceAddress('phone_number'), 'PhoneNumber'],
  ['POST /users/{user_id}/remove_password', 'RemovePassword', removePasswordOf, 'User'],
  ['POST /sessions/{session_id}/verify', 'VerifySession', verifySession, 'Session'],
  [
    'PUT /organizations/{organization_id}/metadata',
    'ReplaceOrganizationMetadata',
    replaceOrganizationMetadata,
    'Organization',
  ],
  ['DELETE /invitations/{invitation_id}', 'DeleteInvitation', deleteInvitation, 'DeletedObject'],
  ['POST /oauth_applications/{oauth_application_id}/revoke_token', 'RevokeOAuthToken', revokeOAuthToken, null],
  ['GET /enterprise_connections', 'ListEnterpriseConnections', enterprise.ListEnterpriseConnections, 'json'],
  ['POST /enterprise_connections', 'CreateEnterpriseConnection', enterprise.CreateEnterpriseConnection, 'json'],
  [
    'GET /enterprise_connections/{enterprise_connection_id}',
    'GetEnterpriseConnection',
    enterprise.GetEnterpriseConnection,
    'json',
  ],
  [
    'PATCH /enterprise_connections/{enterprise_connection_id}',
    'UpdateEnterpriseConnection',
    enterprise.UpdateEnterpriseConnection,
    'json',
  ],
  [
    'DELETE /enterprise_connections/{enterprise_connection_id}',
    'DeleteEnterpriseConnection',
    enterprise.DeleteEnterpriseConnection,
    'json',
  ],
  ['POST /email', 'CreateEmail', emailHandlers.CreateEmail, 'json'],
  ['POST /email/batch', 'CreateEmailBatch', emailHandlers.CreateEmailBatch, 'json'],
  ['GET /email/{email_id}', 'GetEmail', emailHandlers.GetEmail, 'json'],
  ['POST /agents/tasks', 'CreateAgentTask', createAgentTaskOf, 'json'],
  ['POST /agents/tasks/{agent_task_id}/revoke', 'RevokeAgentTask', revokeAgentTaskOf, 'json'],
  ['POST /accountless_applications', 'CreateAccountlessApplication', showAccountlessApplication, 'json'],
  ['POST /accountless_applications/complete', 'CompleteAccountlessApplication', showAccountlessApplication, 'json'],
];

export const newerRoutes = (): Route<BackendRoute>[] =>
  ENTRIES.map(([route, id, handler, answer]) => {
    const [method = '', path = ''] = route.split(' ');
    // Keyless mode has no key yet when it asks for an application.
    const authenticated = !path.startsWith('/accountless_applications');
    const status = answer === null ? 204 : 200;
    const value = { id, operation: null, authenticated, status, html: false, handler, render: rendererOf(answer) };
    return { method, path, value };
  });

function rendererOf(answer: string | null): BackendRoute['render'] {
  if (answer === null) return null;
  if (answer === 'json') return (value) => JSON.stringify(value);
  return compileRenderer({ $ref: `#/components/schemas/${answer}` });
}

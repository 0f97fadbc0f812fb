/**
 * Routes that the official client calls although the pinned document does not describe them: they are of newer versions of the API.
 * A newer `Clerk-API-Version` is never refused, so they are always there. Bodies are taken as they come; the handlers look at them.
 */
import type { BackendRoute } from './engine/backend-route.js';
import type { Handler } from './engine/operation.js';
import { compileRenderer } from './engine/render.js';
import { agentTaskHandlers } from './handlers/sessions/agent-tasks.js';
import { emailHandlers } from './handlers/instance/emails.js';
import { enterpriseConnectionHandlers } from './handlers/organizations/enterprise-connections.js';
import { handshakePayloadHandlers } from './handlers/sessions/handshake-payload.js';
import { changeDomain, readOrganizationSettings } from './handlers/instance/instance-settings.js';
import { deleteInvitation } from './handlers/invitations/invitations.js';
import { revokeOAuthToken } from './handlers/oauth/oauth-applications.js';
import { replaceOrganizationMetadata } from './handlers/organizations/organization-handlers.js';
import { verifySession } from './handlers/sessions/session-verification.js';
import { replaceAddress } from './handlers/users/addresses.js';
import { removePassword } from './handlers/users/user-credentials.js';
import { replaceUserMetadata } from './handlers/users/user-handlers.js';
import type { Route } from '../http/router.js';

/** Method, path, name, handler, and the component that its answer is; `json`: as the handler gives it; null: no body. */
type Row = readonly [method: string, path: string, id: string, handler: Handler | undefined, answer: string | null];

const ROWS: readonly Row[] = [
  ['GET', '/clients/handshake_payload', 'GetHandshakePayload', handshakePayloadHandlers['GetHandshakePayload'], 'json'],
  [
    'GET',
    '/instance/organization_settings',
    'GetOrganizationSettings',
    readOrganizationSettings,
    'OrganizationSettings',
  ],
  ['POST', '/beta_features/change_domain', 'ChangeDomain', changeDomain, null],
  ['PUT', '/users/{user_id}/metadata', 'ReplaceUserMetadata', replaceUserMetadata, 'User'],
  ['PUT', '/users/{user_id}/email_address', 'ReplaceUserEmailAddress', replaceAddress('email_address'), 'EmailAddress'],
  ['PUT', '/users/{user_id}/phone_number', 'ReplaceUserPhoneNumber', replaceAddress('phone_number'), 'PhoneNumber'],
  ['POST', '/users/{user_id}/remove_password', 'RemovePassword', removePassword, 'User'],
  ['POST', '/sessions/{session_id}/verify', 'VerifySession', verifySession, 'Session'],
  [
    'PUT',
    '/organizations/{organization_id}/metadata',
    'ReplaceOrganizationMetadata',
    replaceOrganizationMetadata,
    'Organization',
  ],
  ['DELETE', '/invitations/{invitation_id}', 'DeleteInvitation', deleteInvitation, 'DeletedObject'],
  ['POST', '/oauth_applications/{oauth_application_id}/revoke_token', 'RevokeOAuthToken', revokeOAuthToken, null],
  ...named('/enterprise_connections', enterpriseConnectionHandlers, [
    ['GET', '', 'ListEnterpriseConnections'],
    ['POST', '', 'CreateEnterpriseConnection'],
    ['GET', '/{enterprise_connection_id}', 'GetEnterpriseConnection'],
    ['PATCH', '/{enterprise_connection_id}', 'UpdateEnterpriseConnection'],
    ['DELETE', '/{enterprise_connection_id}', 'DeleteEnterpriseConnection'],
  ]),
  ...named('/email', emailHandlers, [
    ['POST', '', 'CreateEmail'],
    ['POST', '/batch', 'CreateEmailBatch'],
    ['GET', '/{email_id}', 'GetEmail'],
  ]),
  ...named('', agentTaskHandlers, [
    ['POST', '/agents/tasks', 'CreateAgentTask'],
    ['POST', '/agents/tasks/{agent_task_id}/revoke', 'RevokeAgentTask'],
    ['POST', '/accountless_applications', 'CreateAccountlessApplication'],
    ['POST', '/accountless_applications/complete', 'CompleteAccountlessApplication'],
  ]),
];

function named(
  prefix: string,
  handlers: Readonly<Record<string, Handler>>,
  rows: readonly (readonly [method: string, path: string, id: string])[],
): Row[] {
  return rows.map(([method, path, id]) => [method, `${prefix}${path}`, id, handlers[id], 'json']);
}

export function clientRoutes(): Route<BackendRoute>[] {
  return ROWS.map(([method, path, id, handler, answer]) => {
    if (handler === undefined) throw new Error(`No handler for ${id}`);
    // Keyless mode has no key yet when it asks for an application.
    const authenticated = !path.startsWith('/accountless_applications');
    const value = { id, operation: null, authenticated, status: answer === null ? 204 : 200, html: false, handler };
    return { method, path, value: { ...value, render: rendererOf(answer) } };
  });
}

function rendererOf(answer: string | null): BackendRoute['render'] {
  if (answer === null) return null;
  if (answer === 'json') return (value) => JSON.stringify(value);
  return compileRenderer({ $ref: `#/components/schemas/${answer}` });
}

/**
 * Routes that the official client calls although no document describes them. Bodies are taken as they come; the handlers look at
 * them.
 */
import type { BackendRoute } from './engine/backend-route.js';
import type { Handler } from './engine/operation.js';
import { compileRenderer } from './engine/render.js';
import { emailHandlers } from './handlers/instance/emails.js';
import { changeDomain } from './handlers/instance/instance-settings.js';
import { showKeylessApplication } from './handlers/instance/keyless-application.js';
import { deleteInvitation } from './handlers/invitations/invitations.js';
import { readHandshakePayload } from './handlers/sessions/clients.js';
import { verifySession } from './handlers/sessions/session-handlers.js';
import type { Route } from '../http/router.js';

/** Method and path, name, handler, and the component that its answer is; `json`: as the handler gives it; null: no body. */
type Entry = readonly [route: string, id: string, handler: Handler, answer: string | null];

const ENTRIES: readonly Entry[] = [
  ['GET /clients/handshake_payload', 'GetHandshakePayload', readHandshakePayload, 'json'],
  ['POST /beta_features/change_domain', 'ChangeDomain', changeDomain, null],
  ['POST /sessions/{session_id}/verify', 'VerifySession', verifySession, 'Session'],
  ['DELETE /invitations/{invitation_id}', 'DeleteInvitation', deleteInvitation, 'DeletedObject'],
  ['POST /email', 'CreateEmail', emailHandlers.CreateEmail, 'json'],
  ['POST /email/batch', 'CreateEmailBatch', emailHandlers.CreateEmailBatch, 'json'],
  ['GET /email/{email_id}', 'GetEmail', emailHandlers.GetEmail, 'json'],
  ['POST /accountless_applications', 'CreateAccountlessApplication', showKeylessApplication, 'json'],
  ['POST /accountless_applications/complete', 'CompleteAccountlessApplication', showKeylessApplication, 'json'],
];

export const newerRoutes = (): Route<BackendRoute>[] =>
  ENTRIES.map(([route, id, handler, answer]) => {
    const [method = '', path = ''] = route.split(' ');
    // Keyless mode has no key yet when it asks for an application: the handler looks where the request comes from.
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

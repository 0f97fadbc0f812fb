/**
 * `GET /v1/agents/tasks`: the link of an agent's task. It signs the browser in on behalf of the user and goes to the application in one step, so that
 * automated browsers need nothing else. Two APIs have the path: the Backend API's has `POST`.
 */
import type { LocalResponse } from '../http/messages.js';
import { refusal } from '../model/records/refusals.js';
import { useAgentTask } from '../model/sessions/agent-tasks.js';
import { clientOf } from '../model/sessions/browsers.js';
import { signIn } from '../model/sessions/client-sessions.js';
import { readTicket, type Ticket } from '../model/sessions/tickets.js';
import { browserOrNew } from './browser-of-request.js';
import type { FrontendCall } from './frontend-call.js';
import { sendSignedIn } from './handshake.js';
import { allowedRedirect } from './origins.js';

export function acceptAgentTask(call: FrontendCall): LocalResponse {
  const { state, request } = call;
  const ticket = readTicket(state, request.query.get('ticket') ?? '');
  if (ticket?.st !== 'agent_task')
    throw refusal('ticket_invalid_code', 'This is no ticket of an agent task.', { paramName: 'ticket' });
  if (ticket.exp * 1000 <= state.now()) throw refusal('ticket_expired_code', undefined, { paramName: 'ticket' });
  const target = allowedRedirect(state, ticket.rurl);
  if (target === null)
    throw refusal(
      'agent_task_cannot_be_used',
      'Its redirect_url is neither on loopback nor an origin of this instance.',
    );
  // Programs that only look at a link (previews, scanners) must not use it up.
  if (request.method === 'HEAD') return { status: 204, headers: [], body: '' };
  return accept(call, ticket, target);
}

/** @throws ApiError */
function accept(call: FrontendCall, ticket: Ticket, target: URL): LocalResponse {
  const { state } = call;
  const { task, user } = useAgentTask(state, ticket.rid);
  const browser = browserOrNew(call);
  const client = clientOf(state, browser);
  const actor = { sub: task.agent_id, type: 'agent' };
  const maxSeconds = task.session_max_duration_in_seconds;
  const session = signIn(state, client, user, { strategy: 'ticket', impersonation: { actor, maxSeconds } });
  return sendSignedIn(call, target, { ...browser, client }, session);
}

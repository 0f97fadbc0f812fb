/** Sign-ins of agents on behalf of users, and keyless applications. */
import { change, defineResource, find, insert } from '../../../model/records/resource.js';
import { bodyOf } from '../../engine/operation.js';
import type { Handler, Handlers } from '../../engine/operation.js';
import { readUrl } from '../../../model/records/text-formats.js';
import { missing, notFound } from '../../../model/records/refusals.js';
import { createTicket, ticketUrl } from '../../../model/sessions/tickets.js';
import { users } from '../../../model/users/user-records.js';

type Fields = Readonly<Record<string, unknown>>;

const tasks = defineResource({ table: 'agent_tasks', object: 'agent_task', idPrefix: 'agt', component: '' });

const TASK_MS = 30 * 60 * 1000;

const create: Handler = (call, state) => {
  const body = bodyOf(call);
  const target = (body['on_behalf_of'] ?? {}) as Fields;
  for (const field of ['agent_name', 'task_description', 'redirect_url'])
    if (typeof body[field] !== 'string') throw missing(field);
  const byAddress = state.table('email_addresses').by('email_address', target['identifier'])[0];
  const userId = target['user_id'] ?? byAddress?.['user_id'];
  if (typeof userId !== 'string') throw notFound('user', String(target['identifier']));
  const user = find(state, users, userId);
  const id = state.id(tasks.idPrefix);
  const ticket = createTicket(
    state,
    'sign_in_token',
    id,
    state.now() + TASK_MS,
    readUrl(body['redirect_url'], 'redirect_url'),
  );
  return insert(state, tasks, {
    id,
    agent_task_id: id,
    task_id: id,
    agent_id: state.id('agent'),
    user_id: user.id,
    status: 'pending',
    url: ticketUrl(state, ticket),
  });
};

export const agentTaskHandlers: Handlers = {
  CreateAgentTask: create,
  RevokeAgentTask: (call, state) => {
    const { id } = find(state, tasks, call.params['agent_task_id'] ?? '');
    const { url: _url, ...revoked } = change(state, tasks, id, { status: 'revoked' });
    return revoked;
  },
  CreateAccountlessApplication: (_call, state) => accountless(state),
  CompleteAccountlessApplication: (_call, state) => accountless(state),
};

/** The local instance is the application that keyless mode would make. */
const accountless = (state: Parameters<Handler>[1]): Fields => ({
  object: 'accountless_application',
  publishable_key: state.publishableKey,
  secret_key: state.secretKey,
  claim_url: `${state.frontendApiUrl}/`,
  api_keys_url: `${state.frontendApiUrl}/`,
});

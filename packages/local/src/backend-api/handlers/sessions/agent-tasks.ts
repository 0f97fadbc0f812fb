/** Sign-ins of agents on behalf of users, and keyless applications. */
import { isRecord } from '../../../../../../src/ground/is-record.js';
import { missing } from '../../../model/records/refusals.js';
import { createAgentTask, revokeAgentTask } from '../../../model/sessions/one-time-tokens.js';
import { bodyOf, param, type Handler } from '../../engine/operation.js';

export const createAgentTaskOf: Handler = (call, state) => {
  const body = bodyOf(call);
  for (const field of ['agent_name', 'task_description', 'redirect_url'])
    if (typeof body[field] !== 'string') throw missing(field);
  const { on_behalf_of: target, redirect_url: redirect } = body;
  return createAgentTask(state, isRecord(target) ? target : {}, redirect);
};

export const revokeAgentTaskOf: Handler = (call, state) => revokeAgentTask(state, param(call, 'agent_task_id'));

/** The local instance is the application that keyless mode would make. */
export const showAccountlessApplication: Handler = (_call, state) => ({
  object: 'accountless_application',
  publishable_key: state.publishableKey,
  secret_key: state.secretKey,
  claim_url: `${state.frontendApiUrl}/`,
  api_keys_url: `${state.frontendApiUrl}/`,
});

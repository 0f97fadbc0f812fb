/** Sign-ins of agents on behalf of users, and keyless applications. */
import type { AgentTasksCreateParams } from '../../../../../../src/api/generated/types.js';
import { createAgentTask, revokeAgentTask } from '../../../model/sessions/one-time-tokens.js';
import { bodyOf, param, type Handler, type Handlers } from '../../engine/operation.js';

export const agentTaskHandlers: Handlers = {
  CreateAgentTask: (call, state) => {
    const { on_behalf_of: target, redirect_url: redirect } = bodyOf<AgentTasksCreateParams>(call);
    return createAgentTask(state, target, redirect);
  },
  RevokeAgentTask: (call, state) => revokeAgentTask(state, param(call, 'agent_task_id')),
};

/** The local instance is the application that keyless mode would make. */
export const showAccountlessApplication: Handler = (_call, state) => ({
  object: 'accountless_application',
  publishable_key: state.publishableKey,
  secret_key: state.secretKey,
  claim_url: `${state.frontendApiUrl}/`,
  api_keys_url: `${state.frontendApiUrl}/`,
});

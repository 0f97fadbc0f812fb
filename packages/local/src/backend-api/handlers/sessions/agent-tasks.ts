/** Sign-ins of agents on behalf of users, and keyless applications. */
import { createAgentTask, revokeAgentTask, type NewAgentTask } from '../../../model/sessions/agent-tasks.js';
import { bodyOf, param, type Handler, type Handlers } from '../../engine/operation.js';

export const agentTaskHandlers: Handlers = {
  CreateAgentTask: (call, state) => createAgentTask(state, bodyOf<NewAgentTask>(call)),
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

/** Tasks of agents, who sign in on behalf of users. */
import { createAgentTask, revokeAgentTask, type NewAgentTask } from '../../../model/sessions/agent-tasks.js';
import { bodyOf, param, type Handlers } from '../../engine/operation.js';

export const agentTaskHandlers: Handlers = {
  CreateAgentTask: (call, state) => createAgentTask(state, bodyOf<NewAgentTask>(call)),
  RevokeAgentTask: (call, state) => revokeAgentTask(state, param(call, 'agent_task_id')),
};

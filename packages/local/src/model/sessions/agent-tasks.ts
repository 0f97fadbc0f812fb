/** Tasks of agents: a link that signs an agent in on behalf of a user, once. */
import type { InstanceState } from '../../state/instance-state.js';
import type { AgentTaskRow, Fields, UserRow } from '../../state/rows.js';
import { isRecord } from '../../../../../src/ground/is-record.js';
import { invalidFormat, invalidValue, missing, refusal } from '../records/refusals.js';
import { change, defineResource, insert } from '../records/resource.js';
import { readUrl } from '../records/text-formats.js';
import { maySignIn } from '../users/bans-and-locks.js';
import { isVerified } from '../users/identifications.js';
import { createTicket } from './tickets.js';

/** The link is good for so long, and so is the session unless the task says otherwise. */
const TASK_SECONDS = 30 * 60;

const agentTasks = defineResource('agent_tasks', { object: 'agent_task', idPrefix: 'agt', component: '' });

/** As the body says it; nothing has checked it yet. */
export interface NewAgentTask {
  readonly on_behalf_of?: unknown;
  readonly permissions?: unknown;
  readonly agent_name?: unknown;
  readonly task_description?: unknown;
  readonly redirect_url?: unknown;
  readonly session_max_duration_in_seconds?: unknown;
}

/** What the API shows; the link is shown on creation alone. */
const view = ({ id, agent_id: agentId }: AgentTaskRow): Fields => ({
  object: 'agent_task',
  agent_id: agentId,
  agent_task_id: id,
  task_id: id,
});

/** @throws ApiError 404, 422 */
export function createAgentTask(state: InstanceState, body: NewAgentTask): Fields {
  const name = textOf(body, 'agent_name');
  const description = textOf(body, 'task_description');
  if (body.permissions === undefined) throw missing('permissions');
  if (body.permissions !== '*') throw invalidValue('permissions', 'must be "*"');
  const redirect = readUrl(body.redirect_url, 'redirect_url');
  const schemes = state.instanceType === 'production' ? ['https:'] : ['https:', 'http:'];
  if (!schemes.includes(new URL(redirect).protocol)) throw invalidFormat('redirect_url', 'an https URL');
  const seconds = body.session_max_duration_in_seconds ?? TASK_SECONDS;
  if (typeof seconds !== 'number' || !Number.isInteger(seconds) || seconds <= 0)
    throw invalidValue('session_max_duration_in_seconds', 'must be a positive number of seconds');
  const user = subjectOf(state, body.on_behalf_of);
  const id = state.id(agentTasks.idPrefix);
  const row = insert(state, agentTasks, {
    id,
    agent_id: state.table('agent_tasks').by('agent_name', name)[0]?.agent_id ?? state.id('agent'),
    agent_name: name,
    task_description: description,
    user_id: user.id,
    status: 'pending',
    session_max_duration_in_seconds: seconds,
  });
  const ticket = createTicket(state, 'agent_task', id, state.now() + TASK_SECONDS * 1000, redirect);
  return { ...view(row), url: `${state.frontendApiUrl}/v1/agents/tasks?ticket=${ticket}` };
}

function textOf(body: NewAgentTask, field: 'agent_name' | 'task_description'): string {
  const value = body[field];
  if (typeof value !== 'string' || value === '') throw missing(field);
  return value;
}

/** One of user id and identifier. @throws ApiError 404, 422 */
function subjectOf(state: InstanceState, target: unknown): UserRow {
  const { user_id: userId, identifier } = isRecord(target) ? target : {};
  const given = [userId, identifier].filter((value) => value !== undefined && value !== null);
  if (given.length !== 1 || typeof given[0] !== 'string')
    throw invalidValue('on_behalf_of', 'must name one user, by user_id or by identifier');
  const user = state.table('users').get(typeof userId === 'string' ? userId : holderOf(state, String(identifier)));
  if (user === undefined) throw refusal('agent_task_subject_not_found');
  return user;
}

/** The id of the user who has the address or number, verified, or the username. */
function holderOf(state: InstanceState, identifier: string): string | undefined {
  const text = identifier.trim();
  const name = text.toLowerCase();
  const number = text.replace(/[\s().-]/g, '');
  return (
    state.table('email_addresses').by('email_address', name).find(isVerified)?.user_id ??
    state.table('phone_numbers').by('phone_number', number).find(isVerified)?.user_id ??
    state
      .table('users')
      .rows()
      .find((user) => user.username?.toLowerCase() === name)?.id
  );
}

/** Only what nobody used can be revoked. @throws ApiError 400, 404 */
export function revokeAgentTask(state: InstanceState, id: string): Fields {
  const task = state.table('agent_tasks').get(id);
  if (task === undefined) throw refusal('agent_task_not_found');
  if (task.status !== 'pending')
    throw refusal('agent_task_cannot_be_revoked', `The agent task is ${task.status} and cannot be revoked.`);
  return view(change(state, agentTasks, id, { status: 'revoked' }));
}

/** Uses the task up, unless its user may not sign in. @throws ApiError 400, 404 */
export function useAgentTask(
  state: InstanceState,
  id: string,
): { readonly task: AgentTaskRow; readonly user: UserRow } {
  const task = state.table('agent_tasks').get(id);
  if (task === undefined) throw refusal('agent_task_not_found');
  if (task.status === 'revoked') throw refusal('agent_task_revoked');
  if (task.status !== 'pending') throw refusal('agent_task_already_used');
  const user = state.table('users').get(task.user_id);
  if (user === undefined) throw refusal('agent_task_subject_not_found');
  if (!maySignIn(state, user)) throw refusal('agent_task_cannot_be_used', 'The user is banned or locked.');
  return { task: change(state, agentTasks, id, { status: 'accepted' }), user };
}

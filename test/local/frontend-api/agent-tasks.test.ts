/** Tasks of agents, from the Backend API to the session. */
import { createAuthenticator } from 'bailiff';
import type { LocalInstance, LocalInstanceOptions } from 'bailiff-local';
import { afterEach, describe, expect, it } from 'vitest';
import { call, codeOf } from '../support.js';
import { ADA, APP, Browser, locationOf, startWithPeople } from './support.js';

type Json = Record<string, unknown>;

let clerk: LocalInstance;
afterEach(() => clerk.close());

const TASK = {
  permissions: '*',
  agent_name: 'Bookkeeper',
  task_description: 'Books the invoices of May.',
  redirect_url: APP,
};
const post = (more: Json = {}) =>
  call(clerk, 'POST', '/v1/agents/tasks', { ...TASK, on_behalf_of: { user_id: ADA }, ...more });
async function create(more: Json = {}): Promise<Json & { url: string; agent_task_id: string }> {
  const answer = await post(more);
  expect(answer.status).toBe(200);
  return answer.json as Json & { url: string; agent_task_id: string };
}
const revoke = (id: string) => call(clerk, 'POST', `/v1/agents/tasks/${id}/revoke`);

/** Who the application takes the browser for that opened the link. */
async function open(url: string, browser = new Browser()) {
  const answer = await browser.request(url);
  expect(answer.status).toBe(307);
  const back = locationOf(answer);
  expect(back.href.startsWith(APP)).toBe(true);
  const authenticator = createAuthenticator({ now: clerk.now }, clerk.env);
  const first = await authenticator.authenticateRequest(new Request(back, { headers: { accept: 'text/html' } }));
  const cookie = first.headers.getSetCookie().map((directive) => directive.split(';')[0]);
  const headers = { cookie: cookie.join('; '), accept: 'text/html', 'sec-fetch-dest': 'document' };
  const { auth } = await authenticator.authenticateRequest(new Request(APP, { headers }));
  return auth as unknown as { userId: string | null; sessionId: string; actor: Json | null };
}
async function refused(url: string): Promise<[number, unknown]> {
  const answer = await new Browser().request(url);
  expect(answer.headers.get('location')).toBeNull();
  const { errors } = (await answer.json()) as { errors: { code: string }[] };
  return [answer.status, errors[0]?.code];
}
const sessions = () => clerk.state.table('sessions').by('user_id', ADA).length;

async function start(options?: LocalInstanceOptions) {
  clerk = await startWithPeople(options);
  const table = clerk.state.table('email_addresses');
  table.update('idn_ada', { verification: { status: 'verified' } } as never);
}

describe('a task of an agent', () => {
  it('signs the agent in on behalf of the user, once, for half an hour', async () => {
    await start();
    const before = clerk.state.table('users').get(ADA)?.last_sign_in_at;
    const { url, agent_id, agent_task_id, task_id, object } = await create();
    expect([object, task_id]).toEqual(['agent_task', agent_task_id]);
    expect(new URL(url).pathname).toBe('/v1/agents/tasks');
    const auth = await open(url);
    expect(auth).toMatchObject({ userId: ADA, actor: { sub: agent_id, type: 'agent' } });
    expect(clerk.state.table('users').get(ADA)?.last_sign_in_at).toBe(before);
    const count = sessions();
    expect(await refused(url)).toEqual([400, 'agent_task_already_used']);
    expect(sessions()).toBe(count);
    const status = async () => (await call(clerk, 'GET', `/v1/sessions/${auth.sessionId}`)).json['status'];
    clerk.advanceClock('29m');
    expect(await status()).toBe('active');
    clerk.advanceClock('61s');
    expect(await status()).toBe('expired');
  });

  it('lasts for its given time', async () => {
    await start();
    const { sessionId } = await open((await create({ session_max_duration_in_seconds: 90 })).url);
    clerk.advanceClock('91s');
    expect((await call(clerk, 'GET', `/v1/sessions/${sessionId}`)).json['status']).toBe('expired');
  });

  it('has the same agent for the same name, with its own id', async () => {
    await start();
    const [one, two, other] = [await create(), await create(), await create({ agent_name: 'Auditor' })];
    expect(two['agent_id']).toBe(one['agent_id']);
    expect(two.agent_task_id).not.toBe(one.agent_task_id);
    expect(other['agent_id']).not.toBe(one['agent_id']);
  });

  it('names its user by id, verified address or number, or username', async () => {
    await start();
    clerk.state.table('users').update(ADA, { username: 'ada' });
    const numbers = clerk.state.table('phone_numbers');
    numbers.insert({ id: 'idn_phone', user_id: ADA, phone_number: '+15555550100' });
    const by = (identifier: string) => post({ on_behalf_of: { identifier } });
    expect(codeOf(await by('+1 (555) 555-0100'))).toBe('agent_task_subject_not_found');
    numbers.update('idn_phone', { verification: { status: 'verified' } } as never);
    for (const identifier of ['ADA@example.com', '+1 (555) 555-0100', 'Ada']) {
      expect((await by(identifier)).status, identifier).toBe(200);
    }
    for (const subject of [{ identifier: 'nobody' }, { user_id: 'user_none' }]) {
      const answer = await post({ on_behalf_of: subject });
      expect([answer.status, codeOf(answer)]).toEqual([404, 'agent_task_subject_not_found']);
    }
  });

  it.each([
    [{ on_behalf_of: {} }],
    [{ on_behalf_of: { user_id: ADA, identifier: 'ada' } }],
    [{ permissions: 'read' }],
    [{ permissions: undefined }],
    [{ agent_name: '' }],
    [{ task_description: undefined }],
    [{ redirect_url: 'nowhere' }],
    [{ redirect_url: 'javascript:alert(1)' }],
    [{ session_max_duration_in_seconds: 0 }],
  ])('is refused with %j', async (more) => {
    await start();
    expect((await post(more)).status).toBe(422);
    expect(clerk.state.table('agent_tasks').size).toBe(0);
  });

  it('redirects to https only in production', async () => {
    await start({ instanceType: 'production' });
    expect((await post()).status).toBe(422);
    expect((await post({ redirect_url: 'https://app.example/' })).status).toBe(200);
  });

  it('can be revoked before it is used, and only then', async () => {
    await start();
    const [one, two] = [await create(), await create()];
    const revoked = await revoke(one.agent_task_id);
    expect([revoked.status, revoked.json['agent_task_id']]).toEqual([200, one.agent_task_id]);
    expect(revoked.json).not.toHaveProperty('url');
    expect(await refused(one.url)).toEqual([400, 'agent_task_revoked']);
    await open(two.url);
    for (const id of [one.agent_task_id, two.agent_task_id])
      expect(codeOf(await revoke(id))).toBe('agent_task_cannot_be_revoked');
    const unknown = await revoke('agt_none');
    expect([unknown.status, codeOf(unknown)]).toEqual([404, 'agent_task_not_found']);
  });

  it('is not consumed by programs that only read the link, and refuses banned users', async () => {
    await start();
    const { url } = await create();
    expect((await fetch(url, { method: 'HEAD' })).status).toBe(204);
    await call(clerk, 'POST', `/v1/users/${ADA}/ban`);
    expect(await refused(url)).toEqual([400, 'agent_task_cannot_be_used']);
    await call(clerk, 'POST', `/v1/users/${ADA}/unban`);
    expect((await open(url)).userId).toBe(ADA);
  });

  it('accepts no other ticket, no old one, and no other address', async () => {
    await start();
    const signIn = await call(clerk, 'POST', '/v1/sign_in_tokens', { user_id: ADA });
    const at = (ticket: unknown) => `${clerk.frontendApiUrl}/v1/agents/tasks?ticket=${String(ticket)}`;
    expect(await refused(at(signIn.json['token']))).toEqual([400, 'ticket_invalid_code']);
    expect(await refused(at(await clerk.createSessionToken()))).toEqual([400, 'ticket_invalid_code']);
    expect(await refused(at(''))).toEqual([400, 'ticket_invalid_code']);
    const elsewhere = await create({ redirect_url: 'https://evil.example/' });
    expect(await refused(elsewhere.url)).toEqual([400, 'agent_task_cannot_be_used']);
    const { url } = await create();
    const asInvitation = url.replace('/v1/agents/tasks', '/v1/tickets/accept');
    expect((await new Browser().request(asInvitation)).status).toBe(400);
    clerk.advanceClock('31m');
    expect(await refused(url)).toEqual([400, 'ticket_expired_code']);
  });
});

import { createAuthenticator } from 'bailiff';
import { describe, expect, it } from 'vitest';
import { call, decode, instances } from './support.js';

const start = instances();
const SECRET = 'JBSWY3DPEHPK3PXP';

async function prepared() {
  const clerk = await start({ listen: false });
  const user = await call(clerk, 'POST', '/v1/users', {
    email_address: ['ada@example.com'],
    password: 'correct horse battery',
  });
  const userId = String(user.json['id']);
  /** Status in token and API, and the tasks that are left. */
  const look = async (sessionId: string) => {
    const { json } = await call(clerk, 'GET', `/v1/sessions/${sessionId}`);
    const { sts } = decode(await clerk.createSessionToken({ sessionId })).payload;
    expect(sts).toBe(json['status']);
    const tasks = json['tasks'] as { key: string }[] | null;
    return [json['status'], ...(tasks ?? []).map(({ key }) => key)];
  };
  const set = (group: string, fields: object) =>
    clerk.state.table('instance_settings').insert({ id: group, ...fields });
  return { clerk, userId, look, set, signIn: async () => (await clerk.signIn(userId)).session.id };
}

describe('a session', () => {
  it('has no tasks by default', async () => {
    const { look, signIn } = await prepared();
    expect(await look(await signIn())).toEqual(['active']);
  });

  it('waits for a new password if the old one is known to be compromised', async () => {
    const { clerk, userId, look, signIn } = await prepared();
    const before = await signIn();
    const marked = await call(clerk, 'POST', `/v1/users/${userId}/password/set_compromised`);
    expect(marked.status, JSON.stringify(marked.json)).toBe(200);
    const session = await signIn();
    expect(await look(session)).toEqual(['pending', 'reset-password']);
    expect(await look(before)).toEqual(['active']);
    const changed = await call(clerk, 'PATCH', `/v1/users/${userId}`, { password: 'another horse battery' });
    expect(changed.status).toBe(200);
    expect(await look(session)).toEqual(['active']);
  });

  it('has the same status in tokens of templates', async () => {
    const { clerk, userId, signIn } = await prepared();
    await call(clerk, 'POST', '/v1/jwt_templates', { name: 'status', claims: { status: '{{session.status}}' } });
    await call(clerk, 'POST', `/v1/users/${userId}/password/set_compromised`);
    const session = await signIn();
    const status = async () => {
      const { json } = await call(clerk, 'POST', `/v1/sessions/${session}/tokens/status`);
      return decode(String(json['jwt'])).payload['status'];
    };
    expect(await status()).toBe('pending');
    await call(clerk, 'PATCH', `/v1/users/${userId}`, { password: 'another horse battery' });
    expect(await status()).toBe('active');
  });

  it('waits for a second factor if the instance requires one', async () => {
    const { clerk, userId, look, set, signIn } = await prepared();
    set('auth', { mfa_required: true });
    const session = await signIn();
    expect(await look(session)).toEqual(['pending', 'setup-mfa']);
    await call(clerk, 'PATCH', `/v1/users/${userId}`, { totp_secret: SECRET });
    expect(await look(session)).toEqual(['active']);
    expect(await look(await signIn())).toEqual(['active']);
  });

  it('waits for what the configured environment requires, too', async () => {
    const { clerk, look, signIn } = await prepared();
    clerk.configure({ user_settings: { sign_up: { mfa: { required: true } } } });
    clerk.configure({ organization_settings: { force_organization_selection: true } });
    expect(await look(await signIn())).toEqual(['pending', 'choose-organization', 'setup-mfa']);
    clerk.configure({ user_settings: { sign_up: { mfa: { required: false } } } });
    expect(await look(await signIn())).toEqual(['pending', 'choose-organization']);
  });

  it('waits for an organization if the instance requires one', async () => {
    const { clerk, userId, look, set, signIn } = await prepared();
    set('organizations', { force_organization_selection: true });
    const session = await signIn();
    expect(await look(session)).toEqual(['pending', 'choose-organization']);
    const withOne = await clerk.signIn(userId, { org: 'org_1' });
    expect(await look(withOne.session.id)).toEqual(['active']);
    clerk.state.table('sessions').update(session, { last_active_organization_id: 'org_1' });
    expect(await look(session)).toEqual(['active']);
  });

  it('of an impersonator has no tasks of the user', async () => {
    const { clerk, userId, look, set } = await prepared();
    set('auth', { mfa_required: true });
    expect(await look((await clerk.signIn(userId, { actor: 'user_support' })).session.id)).toEqual(['active']);
  });

  it('has and keeps the tasks of a test', async () => {
    const { clerk, userId, look, set } = await prepared();
    const signIn = async (options: Parameters<typeof clerk.signIn>[1]) =>
      (await clerk.signIn(userId, options)).session.id;
    const tasks = ['reset-password', 'setup-mfa'] as const;
    expect(await look(await signIn({ tasks, org: 'org_1' }))).toEqual(['pending', ...tasks]);
    expect(await look(await signIn({ pending: true, org: 'org_1' }))).toEqual(['pending', 'choose-organization']);
    set('auth', { mfa_required: true });
    expect(await look(await signIn({ sts: 'active' }))).toEqual(['active']);
  });

  it('signs nobody in while it is pending', async () => {
    const { clerk, userId, set } = await prepared();
    set('auth', { mfa_required: true });
    const authenticator = createAuthenticator({ now: clerk.now }, clerk.env);
    const { headers } = await clerk.signIn(userId);
    const { auth } = await authenticator.authenticateRequest(new Request('http://app.test/', { headers }));
    expect(auth).toMatchObject({ isAuthenticated: false, sessionStatus: 'pending' });
    await call(clerk, 'PATCH', `/v1/users/${userId}`, { totp_secret: SECRET });
    const again = await clerk.signIn(userId);
    const state = await authenticator.authenticateRequest(new Request('http://app.test/', { headers: again.headers }));
    expect(state.auth).toMatchObject({ isAuthenticated: true, userId });
  });
});

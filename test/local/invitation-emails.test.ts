import { expect, it } from 'vitest';
import { call, instances } from './support.js';

const start = instances();

async function prepared() {
  const clerk = await start({ listen: false });
  const organization = await call(clerk, 'POST', '/v1/organizations', { name: 'Acorn' });
  const post = async (path: string, body: object) => {
    const answer = await call(clerk, 'POST', `/v1${path}`, body);
    expect(answer.status, JSON.stringify(answer.json)).toBe(200);
    return answer.json;
  };
  const emails = () => clerk.state.table('emails').rows();
  return { clerk, post, emails, organizationId: String(organization.json['id']) };
}

it('an email brings an invitation with its link', async () => {
  const { clerk, post, emails } = await prepared();
  const told: unknown[] = [];
  const emit = clerk.state.emit.bind(clerk.state);
  clerk.state.emit = (type, data) => {
    if (type === 'email.created') told.push(data);
    emit(type, data);
  };
  const { url } = await post('/invitations', { email_address: 'new@example.com' });
  expect(emails()).toMatchObject([
    {
      object: 'email',
      slug: 'invitation',
      to_email_address: 'new@example.com',
      subject: 'Invitation',
      body: `You are invited to Local application: ${String(url)}`,
      data: { action_url: url },
      status: 'queued',
    },
  ]);
  expect(told).toEqual(emails());
  await post('/invitations', { email_address: 'quiet@example.com', notify: false });
  expect(emails()).toHaveLength(1);
});

it('emails bring invitations in bulk, from the waitlist, and to an organization', async () => {
  const { post, emails, organizationId } = await prepared();
  await post('/invitations/bulk', [
    { email_address: 'one@example.com' },
    { email_address: 'two@example.com', notify: false },
    { email_address: 'three@example.com', template_slug: 'waitlist_invitation' },
  ]);
  const { id } = await post('/waitlist_entries', { email_address: 'four@example.com' });
  await post(`/waitlist_entries/${String(id)}/invite`, {});
  const invitations = `/organizations/${organizationId}/invitations`;
  await post(invitations, { email_address: 'five@example.com', role: 'org:member' });
  await post(invitations, { email_address: 'six@example.com', role: 'org:member', notify: false });
  expect(emails().map((email) => [email['to_email_address'], email['slug']])).toEqual([
    ['one@example.com', 'invitation'],
    ['three@example.com', 'waitlist_invitation'],
    ['four@example.com', 'waitlist_invitation'],
    ['five@example.com', 'organization_invitation'],
  ]);
  expect(emails().at(-1)?.body).toMatch(/^Join Acorn: http/);
});

/** Refusals that no other test of the Frontend API provokes. All codes and statuses are Clerk's: `test/local/refusals`. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { LocalInstance } from 'bailiff-local';
import { call, instances } from '../support.js';
import { FrontEnd, type Reply } from './front-end.js';

const start = instances();

let clerk: LocalInstance;
let page: FrontEnd;

beforeEach(async () => {
  clerk = await start({
    now: 1_800_000_000_000,
    seed: {
      seed: 'refusals',
      users: [{ id: 'user_ada', email_address: 'ada@example.com', password: 'correct horse' }],
    },
  });
  page = new FrontEnd(clerk);
});

const said = ({ status, code, param }: Reply) => [status, code, param];
const ticketOf = async (path: string, body: object): Promise<{ id: string; ticket: string }> => {
  const json = (await call(clerk, 'POST', path, body)).json as { id: string; token?: string; url: string };
  const { searchParams } = new URL(json.url);
  return {
    id: json.id,
    ticket: json.token ?? searchParams.get('__clerk_ticket') ?? searchParams.get('ticket') ?? '',
  };
};
const signInToken = () => ticketOf('/v1/sign_in_tokens', { user_id: 'user_ada' });
const invitation = () => ticketOf('/v1/invitations', { email_address: 'grace@example.com' });
const signIn = (ticket: string) => page.post('/v1/client/sign_ins', { strategy: 'ticket', ticket });
const signUp = (ticket: string) => page.post('/v1/client/sign_ups', { strategy: 'ticket', ticket });

describe('tickets', () => {
  it('of a revoked sign-in token are refused', async () => {
    const { id, ticket } = await signInToken();
    await call(clerk, 'POST', `/v1/sign_in_tokens/${id}/revoke`);
    expect(said(await signIn(ticket))).toEqual([400, 'sign_in_token_revoked_code', undefined]);
  });

  it('work for their own purpose only', async () => {
    expect(said(await signUp((await signInToken()).ticket))).toEqual([
      400,
      'sign_in_token_not_in_sign_in_code',
      // No form has a field of this name: the component shows what is about none.
      undefined,
    ]);
    const { ticket } = await invitation();
    expect(said(await signIn(ticket))).toEqual([400, 'invitation_account_not_exists', undefined]);
    expect((await signUp(ticket)).status).toBe(200);
  });
});

it('are refused with a code that was never sent', async () => {
  const { response } = await page.post('/v1/client/sign_ins', { identifier: 'ada@example.com' });
  const fields = { strategy: 'email_code', code: '424242' };
  const refused = await page.post(`/v1/client/sign_ins/${String(response['id'])}/attempt_first_factor`, fields);
  expect(said(refused)).toEqual([400, 'verification_missing', undefined]);
});

it('are refused for an account that is deleted between two steps', async () => {
  const { response } = await page.post('/v1/client/sign_ins', { identifier: 'ada@example.com' });
  await call(clerk, 'DELETE', '/v1/users/user_ada');
  const fields = { strategy: 'password', password: 'correct horse' };
  const refused = await page.post(`/v1/client/sign_ins/${String(response['id'])}/attempt_first_factor`, fields);
  expect(said(refused)).toEqual([400, 'sign_in_identification_or_user_deleted', undefined]);
});

describe('passwords', () => {
  const RULES = {
    max_length: 12,
    require_uppercase: true,
    require_lowercase: true,
    require_numbers: true,
    require_special_char: true,
  };
  const fields = (password: string) => ({ email_address: 'grace@example.com', password });

  it.each([
    ['Long-enough-1-and-more', 'form_password_length_too_long'],
    ['lower-case1', 'form_password_no_uppercase'],
    ['UPPER-CASE1', 'form_password_no_lowercase'],
    ['No-numbers', 'form_password_no_number'],
    ['Plain1234', 'form_password_no_special_char'],
  ])('%s: %s, if the instance requires it', async (password, code) => {
    expect((await page.post('/v1/client/sign_ups', fields(password))).status).toBe(200);
    clerk.configure({ user_settings: { password_settings: RULES } });
    expect(said(await page.post('/v1/client/sign_ups', fields(password)))).toEqual([422, code, 'password']);
    expect((await page.post('/v1/client/sign_ups', fields('Good-enough1'))).status).toBe(200);
  });
});

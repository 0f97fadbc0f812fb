/** Email addresses and phone numbers of the user who is signed in, and wallets. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { LocalInstance } from 'bailiff-local';
import { call, instances } from '../support.js';
import { PAGE, type FrontEnd, type Reply } from './front-end.js';
import { eventsOf, pageOf, PEOPLE } from './people.js';

const start = instances();
let clerk: LocalInstance;
let page: FrontEnd;
let events: () => readonly string[];

beforeEach(async () => {
  clerk = await start(PEOPLE);
  page = await pageOf(clerk, 'ada');
  events = eventsOf(clerk);
});

const EMAILS = '/v1/me/email_addresses';
const PHONES = '/v1/me/phone_numbers';

/** Adds one, and gives the path below which it is. */
async function add(list: string, text: string): Promise<string> {
  const { response } = await page.post(`${list}/`, { [list === EMAILS ? 'email_address' : 'phone_number']: text });
  return `${list}/${String(response['id'])}`;
}
async function addVerified(list: string, text: string): Promise<string> {
  const path = await add(list, text);
  await page.post(`${path}/prepare_verification`, { strategy: list === EMAILS ? 'email_code' : 'phone_code' });
  await page.post(`${path}/attempt_verification`, { code: await clerk.lastCode(text) });
  return path;
}
const idIn = (path: string): string => path.split('/').at(-1) ?? '';
const attempt = (path: string, code: string): Promise<Reply> => page.post(`${path}/attempt_verification`, { code });

describe('an email address', () => {
  it('is added, verified by a code, made primary and deleted', async () => {
    const added = await page.post(EMAILS, { email_address: 'Ada@Lovelace.test' });
    expect(added.response).toMatchObject({ email_address: 'ada@lovelace.test', verification: null });
    expect(events()).toEqual(['user.updated']);
    const path = `${EMAILS}/${String(added.response['id'])}`;
    const prepared = await page.post(`${path}/prepare_verification`, { strategy: 'email_code' });
    expect(prepared.response).toMatchObject({ verification: { status: 'unverified', strategy: 'email_code' } });
    expect(events()).toEqual(['email.created']);
    const primary = { primary_email_address_id: idIn(path) };
    expect(await page.call('PATCH', '/v1/me', primary)).toMatchObject({ code: 'form_verification_needed' });
    const done = await attempt(path, await clerk.lastCode('ada@lovelace.test'));
    expect(done.response).toMatchObject({ verification: { status: 'verified', strategy: 'email_code' } });
    expect(done.client).toMatchObject({
      sessions: [{ user: { email_addresses: [{}, { verification: { status: 'verified' } }] } }],
    });
    expect(events()).toEqual(['user.updated']);
    expect((await page.call('PATCH', '/v1/me', primary)).response).toMatchObject(primary);
    expect((await page.call('DELETE', path)).response).toEqual({
      id: idIn(path),
      object: 'email_address',
      deleted: true,
    });
    // The next verified one takes its place.
    expect((await page.me())['primary_email_address_id']).not.toBe(idIn(path));
    expect((await page.get(EMAILS)).body).toMatchObject([{ email_address: 'ada@example.com' }]);
    expect((await page.get(path)).status).toBe(404);
  });

  it('refuses wrong and old codes, and a third attempt', async () => {
    const path = await add(EMAILS, 'ada@lovelace.test');
    expect(await attempt(path, '123456')).toMatchObject({ status: 400, code: 'verification_missing' });
    const prepare = () => page.post(`${path}/prepare_verification`, { strategy: 'email_code' });
    await prepare();
    expect(await attempt(path, '')).toMatchObject({ status: 422, code: 'form_param_missing', param: 'code' });
    const wrong = async () =>
      (await attempt(path, (await clerk.lastCode('ada@lovelace.test')) === '000000' ? '1' : '000000')).code;
    expect([await wrong(), await wrong(), await wrong()]).toEqual(Array(3).fill('form_code_incorrect'));
    expect(await attempt(path, await clerk.lastCode('ada@lovelace.test'))).toMatchObject({
      code: 'verification_failed',
    });
    await prepare();
    clerk.advanceClock('10m');
    expect((await page.get(path)).response).toMatchObject({ verification: { status: 'expired' } });
    expect(await attempt(path, await clerk.lastCode('ada@lovelace.test'))).toMatchObject({
      code: 'verification_expired',
    });
    await prepare();
    expect((await attempt(path, await clerk.lastCode('ada@lovelace.test'))).status).toBe(200);
    expect(await attempt(path, await clerk.lastCode('ada@lovelace.test'))).toMatchObject({
      code: 'verification_already_verified',
    });
    expect(await prepare()).toMatchObject({ status: 400, code: 'verification_already_verified' });
  });

  it('is verified by a link if the instance says so', async () => {
    const path = await add(EMAILS, 'ada@lovelace.test');
    const prepare = () =>
      page.post(`${path}/prepare_verification`, { strategy: 'email_link', redirect_url: `${PAGE}/profile` });
    expect(await prepare()).toMatchObject({ status: 400, code: 'verification_strategy_invalid' });
    clerk.configure({ user_settings: { attributes: { email_address: { verifications: ['email_link'] } } } });
    expect((await prepare()).response).toMatchObject({ verification: { strategy: 'email_link' } });
    const followed = await page.browser.request(clerk.emails.at(-1)?.link ?? '');
    expect(followed.headers.get('location')).toBe(`${PAGE}/profile?__clerk_status=verified`);
    expect((await page.get(path)).response).toMatchObject({ verification: { status: 'verified' } });
    clerk.configure({ user_settings: { attack_protection: { email_link: { require_same_client: true } } } });
    const next = await add(EMAILS, 'ada@king.test');
    await page.post(`${next}/prepare_verification`, { strategy: 'email_link', redirect_url: `${PAGE}/profile` });
    const stranger = await pageOf(clerk, 'bob');
    const mismatch = await stranger.browser.request(clerk.emails.at(-1)?.link ?? '');
    expect(mismatch.headers.get('location')).toContain('client_mismatch');
    expect((await page.get(next)).response).toMatchObject({ verification: { status: 'unverified' } });
  });

  it('of another user is inaccessible', async () => {
    const [bobs] = clerk.state.table('email_addresses').by('user_id', 'user_bob');
    const path = `${EMAILS}/${bobs?.id ?? ''}`;
    const answers = [
      await page.get(path),
      await page.call('DELETE', path),
      await page.post(`${path}/prepare_verification`, { strategy: 'email_code' }),
      await attempt(path, '123456'),
    ];
    for (const answer of answers) {
      expect(answer).toMatchObject({ status: 404, code: 'resource_not_found' });
      expect(answer.text).not.toContain('bob@example.com');
    }
    expect(clerk.emails).toEqual([]);
    const primary = { primary_email_address_id: bobs?.id ?? '' };
    expect(await page.call('PATCH', '/v1/me', primary)).toMatchObject({ status: 422, code: 'form_resource_not_found' });
    expect(await page.post(EMAILS, { email_address: 'bob@example.com' })).toMatchObject({
      status: 422,
      code: 'form_identifier_exists',
      param: 'email_address',
    });
    expect(events()).toEqual([]);
  });

  it('cannot be removed if it is the last', async () => {
    const id = String((await page.me())['primary_email_address_id']);
    const remove = () => page.call('DELETE', `${EMAILS}/${id}`);
    expect(await remove()).toMatchObject({ status: 400, code: 'last_required_identification_deletion_failed' });
    clerk.configure({ user_settings: { attributes: { email_address: { required: false } } } });
    expect(await remove()).toMatchObject({ status: 400, code: 'identification_deletion_failed' });
    await page.call('PATCH', '/v1/me', { username: 'ada_l' });
    expect((await remove()).status).toBe(200);
    expect((await page.me())['primary_email_address_id']).toBeNull();
  });

  it('cannot be added if it is off, or changed if it is fixed', async () => {
    clerk.configure({
      user_settings: { attributes: { email_address: { immutable: true }, phone_number: { enabled: false } } },
    });
    const immutable = { status: 403, code: 'immutable_attribute_modification_not_allowed' };
    expect(await page.post(EMAILS, { email_address: 'ada@lovelace.test' })).toMatchObject(immutable);
    const id = String((await page.me())['primary_email_address_id']);
    expect(await page.call('DELETE', `${EMAILS}/${id}`)).toMatchObject(immutable);
    expect(await page.post(PHONES, { phone_number: '+15551234567' })).toMatchObject({ code: 'form_param_unknown' });
  });
});

describe('a phone number', () => {
  it('is verified by a text message, and becomes primary', async () => {
    const path = await addVerified(PHONES, '+15551234567');
    expect(await page.me()).toMatchObject({
      primary_phone_number_id: idIn(path),
      phone_numbers: [{ phone_number: '+15551234567', verification: { status: 'verified' } }],
    });
    expect(events()).toContain('sms.created');
    expect(await page.post(PHONES, { phone_number: '+15557654321' })).toMatchObject({ code: 'form_identifier_exists' });
    expect((await page.get(PHONES)).body).toHaveLength(1);
  });

  it('serves as second factor once verified, the first one by default, with backup codes', async () => {
    const path = await add(PHONES, '+15551234567');
    const set = (where: string, fields: Record<string, string>) => page.call('PATCH', where, fields);
    const reserve = { reserved_for_second_factor: 'true' };
    expect(await set(path, reserve)).toMatchObject({
      status: 400,
      code: 'identification_update_second_factor_unverified',
    });
    const first = await addVerified(PHONES, '+15551234568');
    const second = await addVerified(PHONES, '+15551234569');
    const on = await set(first, reserve);
    expect(on.response).toMatchObject({ reserved_for_second_factor: true, default_second_factor: true });
    expect(on.response['backup_codes']).toHaveLength(10);
    expect(await page.me()).toMatchObject({ two_factor_enabled: true, backup_code_enabled: true });
    expect((await set(second, reserve)).response).toMatchObject({ default_second_factor: false, backup_codes: null });
    expect((await set(second, { default_second_factor: 'true' })).response).toMatchObject({
      default_second_factor: true,
    });
    expect((await page.get(first)).response).toMatchObject({ default_second_factor: false });
    expect(await set(second, { default_second_factor: 'false' })).toMatchObject({
      status: 422,
      code: 'form_disable_default_second_factor_not_allowed',
    });
    await set(first, { reserved_for_second_factor: 'false' });
    clerk.configure({ user_settings: { sign_up: { mfa: { required: true } } } });
    const refused = { status: 400, code: 'second_factor_deletion_not_allowed' };
    expect(await set(second, { reserved_for_second_factor: 'false' })).toMatchObject(refused);
    expect(await page.call('DELETE', second)).toMatchObject(refused);
    clerk.configure({ user_settings: { sign_up: { mfa: { required: false } } } });
    expect((await page.call('DELETE', second)).status).toBe(200);
    expect(await page.me()).toMatchObject({ two_factor_enabled: false, backup_code_enabled: false });
  });

  it('cannot become second factor without another first factor', async () => {
    clerk.configure({ user_settings: { attributes: { email_address: { required: false } } } });
    const path = await addVerified(PHONES, '+15551234567');
    await page.call('DELETE', `${EMAILS}/${String((await page.me())['primary_email_address_id'])}`);
    expect(await page.call('PATCH', path, { reserved_for_second_factor: 'true' })).toMatchObject({
      status: 400,
      code: 'identification_update_failed',
    });
  });
});

it('wallets are listed and deleted, but cannot be added', async () => {
  const wallet = '0x00000000219ab540356cbb839cbe05303d7705fa';
  const row = {
    user_id: 'user_ada',
    object: 'web3_wallet' as const,
    web3_wallet: wallet,
    verification: null,
    created_at: 1,
    updated_at: 1,
  };
  clerk.state.table('web3_wallets').insert({ ...row, id: 'idn_own' });
  clerk.state.table('web3_wallets').insert({ ...row, id: 'idn_other', user_id: 'user_bob' });
  expect((await page.get('/v1/me/web3_wallets')).body).toMatchObject([{ id: 'idn_own', web3_wallet: wallet }]);
  expect((await page.get('/v1/me/web3_wallets/idn_own')).response).toMatchObject({ web3_wallet: wallet });
  expect((await page.call('DELETE', '/v1/me/web3_wallets/idn_other')).status).toBe(404);
  expect((await page.call('DELETE', '/v1/me/web3_wallets/idn_own')).response).toMatchObject({ deleted: true });
  expect(await page.post('/v1/me/web3_wallets', { web3_wallet: wallet })).toMatchObject({ status: 501 });
});

it('the Backend API verifies by the same codes: random, sent to webhooks, three attempts', async () => {
  const { json } = await call(clerk, 'POST', '/v1/email_addresses', {
    user_id: 'user_ada',
    email_address: 'ada@lovelace.test',
  });
  const path = `/v1/email_addresses/${String(json['id'])}`;
  const prepared = await call(clerk, 'POST', `${path}/prepare_verification`);
  const code = await clerk.lastCode('ada@lovelace.test');
  expect(events()).toContain('email.created');
  expect(prepared.text).not.toContain(code);
  const attempted = async (given: string) =>
    (await call(clerk, 'POST', `${path}/attempt_verification`, { verification_id: prepared.json['id'], code: given }))
      .json;
  expect(await attempted(code === '424242' ? '1' : '424242')).toMatchObject({ status: 'unverified', attempts: 1 });
  expect(await attempted(code)).toMatchObject({ status: 'verified', attempts: 2 });
  expect((await page.me())['email_addresses']).toMatchObject([
    {},
    { verification: { status: 'verified', strategy: 'email_code' } },
  ]);
});

/** A user who is signed in proves once more to be that user: levels, factors, and what a token says afterwards. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { LocalInstance } from 'bailiff-local';
import { totpCode } from '../../../packages/local/src/model/users/totp.js';
import { call, decode, instances } from '../support.js';
import { Authenticator } from './authenticator.js';
import { FrontEnd, signedInBy, PAGE, type Reply } from './front-end.js';

const start = instances();
const NOW = 1_800_000_000_000;
const SECRET = 'JBSWY3DPEHPK3PXP';
const MINUTE = 60_000;

let clerk: LocalInstance;
let page: FrontEnd;
let session: string;

beforeEach(async () => {
  clerk = await start({
    now: NOW,
    seed: {
      seed: 'reverification',
      users: [
        {
          id: 'user_ada',
          email_address: 'ada@example.com',
          phone_number: '+12015550101',
          password: 'correct horse',
        },
        { id: 'user_bob', email_address: 'bob@example.com', password: 'correct horse' },
      ],
      instance: { user_settings: { attributes: { passkey: { enabled: true }, phone_number: { enabled: true } } } },
    },
  });
  page = await signedInBy(clerk, 'ada@example.com');
  session = await sessionOf(page);
});

const sessionOf = async (front: FrontEnd): Promise<string> =>
  String((await front.get('/v1/client')).response['last_active_session_id']);
const verify = (step: string, fields: Record<string, string>, front = page): Promise<Reply> =>
  front.post(`/v1/client/sessions/${session}/verify${step}`, fields);
const attempt = (factor: 'first' | 'second', fields: Record<string, string>): Promise<Reply> =>
  verify(`/attempt_${factor}_factor`, fields);
const withTotp = () => call(clerk, 'PATCH', '/v1/users/user_ada', { totp_secret: SECRET, backup_codes: ['backup-1'] });
/** `fva` of the next token. */
async function ages(): Promise<unknown> {
  const { body } = await page.post(`/v1/client/sessions/${session}/tokens`);
  return decode(String(body['jwt'])).payload['fva'];
}
/** The token that the page gets with an answer. */
const toldWith = ({ client }: Reply): unknown => {
  const [shown] = client?.['sessions'] as { last_active_token: { jwt: string }; factor_verification_age: unknown }[];
  expect(decode(shown?.last_active_token.jwt ?? '').payload['fva']).toEqual(shown?.factor_verification_age);
  return shown?.factor_verification_age;
};

describe('reverification by the first factor', () => {
  it('makes the factor fresh by the password, in the answer and in the next token', async () => {
    clerk.advanceClock(20 * MINUTE);
    expect(await ages()).toEqual([20, -1]);
    const started = await verify('', { level: 'first_factor' });
    expect(started.response).toMatchObject({
      object: 'session_reverification',
      level: 'first_factor',
      status: 'needs_first_factor',
      session: { id: session },
      first_factor_verification: null,
    });
    const strategies = (started.response['supported_first_factors'] as { strategy: string }[]).map(
      (each) => each.strategy,
    );
    expect(strategies).toEqual(['password', 'email_code', 'phone_code']);
    const done = await attempt('first', { strategy: 'password', password: 'correct horse' });
    expect(done.response).toMatchObject({ status: 'complete', first_factor_verification: { status: 'verified' } });
    expect(toldWith(done)).toEqual([0, -1]);
    expect(await ages()).toEqual([0, -1]);
    clerk.advanceClock(3 * MINUTE);
    expect(await ages()).toEqual([3, -1]);
  });

  it('works by a code of an email or text message', async () => {
    for (const [strategy, to] of [
      ['email_code', 'ada@example.com'],
      ['phone_code', '+12015550101'],
    ] as const) {
      clerk.advanceClock(20 * MINUTE);
      await verify('', { level: 'first_factor' });
      expect(await attempt('first', { strategy, code: '424242' })).toMatchObject({
        status: 400,
        code: 'verification_missing',
      });
      const prepared = await verify('/prepare_first_factor', { strategy });
      expect(prepared.response).toMatchObject({ first_factor_verification: { status: 'unverified', strategy } });
      const code = await clerk.lastCode(to);
      const done = await attempt('first', { strategy, code });
      expect(done.response).toMatchObject({ status: 'complete' });
      expect(await ages()).toEqual([0, -1]);
    }
  });

  it('works by a passkey, which counts as both factors of a user with two', async () => {
    const key = new Authenticator(PAGE);
    const made = await page.post('/v1/me/passkeys');
    const { nonce } = made.response['verification'] as { nonce: string };
    await page.post(`/v1/me/passkeys/${String(made.response['id'])}/attempt_verification`, {
      public_key_credential: key.create(nonce),
    });
    for (const expected of [
      [0, -1],
      [0, 0],
    ]) {
      clerk.advanceClock(20 * MINUTE);
      await verify('', { level: 'first_factor' });
      const prepared = await verify('/prepare_first_factor', { strategy: 'passkey' });
      const asked = prepared.response['first_factor_verification'] as { nonce: string };
      expect(JSON.parse(asked.nonce)).toMatchObject({ allowCredentials: [{ id: key.id.toString('base64url') }] });
      const lie = key.get(asked.nonce, { origin: 'http://localhost:3999' });
      expect(await attempt('first', { strategy: 'passkey', public_key_credential: lie })).toMatchObject({
        status: 400,
        code: 'passkey_authentication_failure',
      });
      const again = await verify('/prepare_first_factor', { strategy: 'passkey' });
      const { nonce: next } = again.response['first_factor_verification'] as { nonce: string };
      await attempt('first', { strategy: 'passkey', public_key_credential: key.get(next) });
      expect(await ages()).toEqual(expected);
      await withTotp();
    }
  });

  it('reports a wrong password, changes nothing, and counts it for the lockout', async () => {
    clerk.configure({ user_settings: { attack_protection: { user_lockout: { max_attempts: 2 } } } });
    clerk.advanceClock(20 * MINUTE);
    await verify('', { level: 'first_factor' });
    const wrong = { strategy: 'password', password: 'wrong horse' };
    expect(await attempt('first', wrong)).toMatchObject({
      status: 422,
      code: 'form_password_incorrect',
      param: 'password',
    });
    expect(await ages()).toEqual([20, -1]);
    await attempt('first', wrong);
    expect((await call(clerk, 'GET', '/v1/users/user_ada')).json).toMatchObject({ locked: true });
    // Who is locked out is signed in nowhere.
    expect(await attempt('first', { strategy: 'password', password: 'correct horse' })).toMatchObject({ status: 401 });
  });
});

describe('reverification by the second factor', () => {
  it('works by the app or by a backup code, once', async () => {
    await withTotp();
    clerk.advanceClock(20 * MINUTE);
    const started = await verify('', { level: 'second_factor' });
    expect(started.response).toMatchObject({
      level: 'second_factor',
      status: 'needs_second_factor',
      supported_second_factors: [{ strategy: 'totp' }, { strategy: 'backup_code' }],
    });
    expect(await attempt('second', { strategy: 'totp', code: '000000' })).toMatchObject({
      status: 422,
      code: 'form_code_incorrect',
    });
    const done = await attempt('second', { strategy: 'totp', code: totpCode(SECRET, clerk.now()) });
    expect(done.response).toMatchObject({ status: 'complete', second_factor_verification: { status: 'verified' } });
    expect(toldWith(done)).toEqual([20, 0]);
    await verify('', { level: 'second_factor' });
    expect((await attempt('second', { strategy: 'backup_code', code: 'backup-1' })).response).toMatchObject({
      status: 'complete',
    });
    await verify('', { level: 'second_factor' });
    expect(await attempt('second', { strategy: 'backup_code', code: 'backup-1' })).toMatchObject({ status: 400 });
  });

  it('works by a code of a text message', async () => {
    const [phone] = clerk.state.table('phone_numbers').by('user_id', 'user_ada');
    clerk.state.table('phone_numbers').update(phone?.id ?? '', { reserved_for_second_factor: true });
    await verify('', { level: 'second_factor' });
    await verify('/prepare_second_factor', { strategy: 'phone_code' });
    const done = await attempt('second', { strategy: 'phone_code', code: '424242' });
    expect(done.response).toMatchObject({ status: 'complete' });
    expect(toldWith(done)).toEqual([0, 0]);
  });

  it('follows the first if both are required', async () => {
    await withTotp();
    clerk.advanceClock(20 * MINUTE);
    expect((await verify('', { level: 'multi_factor' })).response).toMatchObject({ status: 'needs_first_factor' });
    const totp = { strategy: 'totp', code: totpCode(SECRET, clerk.now()) };
    expect(await attempt('second', totp)).toMatchObject({
      status: 400,
      code: 'invalid_action_for_session_reverification',
    });
    const first = await attempt('first', { strategy: 'password', password: 'correct horse' });
    expect(first.response).toMatchObject({ status: 'needs_second_factor' });
    expect((await attempt('second', totp)).response).toMatchObject({ status: 'complete' });
    expect(await ages()).toEqual([0, 0]);
  });

  it('falls back to the first for a user without one, and forgets an old second one', async () => {
    await withTotp();
    await verify('', { level: 'second_factor' });
    await attempt('second', { strategy: 'totp', code: totpCode(SECRET, clerk.now()) });
    await call(clerk, 'DELETE', '/v1/users/user_ada/mfa');
    clerk.advanceClock(20 * MINUTE);
    expect(await ages()).toEqual([20, 20]);
    for (const level of ['second_factor', 'multi_factor'])
      expect((await verify('', { level })).response).toMatchObject({
        level: 'first_factor',
        status: 'needs_first_factor',
      });
    await attempt('first', { strategy: 'password', password: 'correct horse' });
    expect(await ages()).toEqual([0, -1]);
  });
});

describe('reverification refuses', () => {
  it('an unknown level, no level, a step without a beginning, a strategy that is not offered', async () => {
    for (const level of ['third_factor', 'constructor', 'first'])
      expect(await verify('', { level })).toMatchObject({
        status: 422,
        code: 'form_param_value_invalid',
        param: 'level',
      });
    expect(await verify('', {})).toMatchObject({ status: 422, code: 'form_param_missing' });
    const password = { strategy: 'password', password: 'correct horse' };
    expect(await attempt('first', password)).toMatchObject({ status: 400, code: 'session_reverification_missing' });
    await verify('', { level: 'first_factor' });
    for (const strategy of ['totp', 'reset_password_email_code', 'constructor'])
      expect(await attempt('first', { strategy, code: '1' })).toMatchObject({
        status: 400,
        code: 'strategy_for_user_invalid',
      });
    expect(await attempt('first', {})).toMatchObject({ status: 422, code: 'form_param_missing', param: 'strategy' });
    await attempt('first', password);
    expect(await attempt('first', password)).toMatchObject({
      status: 400,
      code: 'invalid_action_for_session_reverification',
    });
  });

  it('the session of another browser, or no session', async () => {
    const bob = await signedInBy(clerk, 'bob@example.com');
    expect(await verify('', { level: 'first_factor' }, bob)).toMatchObject({ status: 404 });
    expect(await verify('', { level: 'first_factor' }, new FrontEnd(clerk))).toMatchObject({ status: 401 });
  });
});

it('nothing of it is shown by the Backend API', async () => {
  await verify('', { level: 'first_factor' });
  await verify('/prepare_first_factor', { strategy: 'email_code' });
  const { json } = await call(clerk, 'GET', `/v1/sessions/${session}`);
  expect(JSON.stringify(json)).not.toMatch(/reverification|first_factor|extras/);
});

describe('sensitive operations of a user', () => {
  const create = (): Promise<Reply> => page.post('/v1/me/passkeys');

  it('require reverification after ten minutes, and are carried out afterwards', async () => {
    expect(await create()).toMatchObject({ status: 200 });
    clerk.advanceClock(10 * MINUTE);
    expect(await create()).toMatchObject({ status: 403, code: 'session_reverification_required' });
    await verify('', { level: 'second_factor' });
    await attempt('first', { strategy: 'password', password: 'correct horse' });
    expect(await create()).toMatchObject({ status: 200 });
  });

  it('require none if the instance says so', async () => {
    clerk.configure({ auth_config: { reverification: false } });
    clerk.advanceClock(10 * MINUTE);
    expect(await create()).toMatchObject({ status: 200 });
  });

  it('require the second factor of a user who has one', async () => {
    await withTotp();
    await verify('', { level: 'second_factor' });
    await attempt('second', { strategy: 'totp', code: totpCode(SECRET, clerk.now()) });
    clerk.advanceClock(10 * MINUTE);
    await verify('', { level: 'first_factor' });
    await attempt('first', { strategy: 'password', password: 'correct horse' });
    expect(await create()).toMatchObject({ status: 403, code: 'session_reverification_required' });
    await verify('', { level: 'second_factor' });
    await attempt('second', { strategy: 'totp', code: totpCode(SECRET, clerk.now()) });
    expect(await create()).toMatchObject({ status: 200 });
  });
});

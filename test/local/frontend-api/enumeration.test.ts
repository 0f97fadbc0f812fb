/** Enumeration protection: nobody learns by signing in who has an account. What a known address gets and what an unknown one gets are compared whole. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { LocalInstance } from 'bailiff-local';
import { call, instances } from '../support.js';
import { FrontEnd, type Reply } from './front-end.js';

const start = instances();
const LOCKOUT = { enabled: true, max_attempts: 2, duration_in_minutes: 30 };
const KINDS = [
  ['address', 'ada@example.com', 'eve@example.com'],
  ['address of the test mode', 'tess+clerk_test@example.com', 'evil+clerk_test@example.com'],
  ['number', '+12015550101', '+12015550102'],
  ['username', 'ada_l', 'eve_l'],
  ['address without a password', 'bob@example.com', 'eve@example.com'],
] as const;

let clerk: LocalInstance;
beforeEach(async () => {
  clerk = await start({
    now: 1_800_000_000_000,
    seed: {
      seed: 'enumeration',
      users: [
        {
          id: 'user_ada',
          email_address: ['ada@example.com', 'second@example.com'],
          phone_number: '+12015550101',
          username: 'ada_l',
          password: 'correct horse',
          first_name: 'Ada',
        },
        { id: 'user_tess', email_address: 'tess+clerk_test@example.com', password: 'correct horse' },
        { id: 'user_bob', email_address: 'bob@example.com' },
      ],
      instance: {
        user_settings: {
          attributes: { phone_number: { enabled: true }, username: { enabled: true }, passkey: { enabled: true } },
          attack_protection: { enumeration_protection: { enabled: true }, user_lockout: LOCKOUT },
        },
      },
    },
  });
});

/** An answer without what differs between any two: ids, times, the text that was typed. */
const plain = ({ status, text }: Reply, typed: string): unknown => [
  status,
  text
    .replaceAll(typed, 'TYPED')
    .replaceAll(/\b(sia|idn|client)_[0-9A-Za-z]{27}\b/g, '$1')
    .replaceAll(/"(created_at|updated_at|expire_at|abandon_at|cookie_expires_at)":\d+/g, '"$1":0')
    .replaceAll(/"clerk_trace_id":"\w+"/g, ''),
];

type Step = readonly [path: string, fields: Record<string, string>];

/** All that somebody sees who tries to get in. */
async function attempt(identifier: string, steps: readonly Step[]): Promise<unknown[]> {
  const page = new FrontEnd(clerk);
  const begun = await page.post('/v1/client/sign_ins', { identifier });
  const seen = [plain(begun, identifier)];
  for (const [path, fields] of steps) {
    const reply = await page.post(`/v1/client/sign_ins/${String(begun.response['id'])}/${path}`, fields);
    seen.push(plain(reply, identifier));
  }
  const client = await page.get('/v1/client');
  expect(client.response['sessions']).toEqual([]);
  return [...seen, plain(client, identifier)];
}

const first = (strategy: string, fields: Record<string, string> = {}): Step => [
  'attempt_first_factor',
  { strategy, ...fields },
];
const prepare = (strategy: string, fields: Record<string, string> = {}): Step => [
  'prepare_first_factor',
  { strategy, ...fields },
];
const WRONG = { code: '000000' };

describe.each(KINDS)('an unknown %s', (_kind, known, unknown) => {
  const same = async (steps: readonly Step[]): Promise<unknown[]> => {
    const seen = await attempt(known, steps);
    expect(await attempt(unknown, steps)).toEqual(seen);
    return seen;
  };

  it('sees the same steps, which reveal nothing', async () => {
    const [begun] = await same([]);
    expect(JSON.stringify(begun)).toContain('needs_first_factor');
    expect(JSON.stringify(begun)).toContain('\\"strategy\\":\\"password\\"');
    expect(JSON.stringify(begun)).not.toMatch(/Ada|user_ada|second@|strategy\\":\\"passkey/);
  });

  it('sees the same for wrong passwords, also after the lockout', async () => {
    const wrong = first('password', { password: 'wrong horse' });
    const seen = await same([wrong, wrong, wrong, first('password')]);
    expect(JSON.stringify(seen)).not.toContain('user_locked');
    expect(seen[1]).toEqual(seen[3]);
  });

  it.each(['email_code', 'phone_code', 'reset_password_email_code', 'reset_password_phone_code', 'email_link'])(
    'sees the same for %s, until the code has failed',
    async (strategy) => {
      const wrong = first(strategy, WRONG);
      await same([wrong, prepare(strategy), wrong, wrong, wrong, wrong]);
    },
  );

  it('sees the same for factors that are not offered or not given', async () => {
    const other = { email_address_id: 'idn_other', phone_number_id: 'idn_other' };
    await same([
      prepare('password'),
      prepare('passkey'),
      prepare('totp'),
      prepare('oauth_google'),
      first('passkey', { public_key_credential: '{}' }),
      prepare('email_code', other),
      prepare('phone_code', other),
      ['attempt_first_factor', {}],
      ['attempt_second_factor', { strategy: 'totp', code: '000000' }],
      ['reset_password', { password: 'a better horse' }],
    ]);
  });

  it('sees the same if everything is in one request', async () => {
    const seen = await Promise.all(
      [known, unknown].map(async (identifier) => {
        const page = new FrontEnd(clerk);
        const password = await page.post('/v1/client/sign_ins', { identifier, password: 'wrong horse' });
        const code = await page.post('/v1/client/sign_ins', { identifier, strategy: 'email_code' });
        return [plain(password, identifier), plain(code, identifier)];
      }),
    );
    expect(seen[0]).toEqual(seen[1]);
  });
});

describe('under enumeration protection', () => {
  it('an unknown address gets no message, and 424242 does not sign in', async () => {
    await attempt('evil+clerk_test@example.com', [prepare('email_code'), first('email_code', { code: '424242' })]);
    expect(clerk.emails).toEqual([]);
  });

  it('ids of an address are stable, known or not', async () => {
    for (const identifier of ['ada@example.com', 'eve@example.com']) {
      const ids = await Promise.all(
        [1, 2].map(async () => {
          const { response } = await new FrontEnd(clerk).post('/v1/client/sign_ins', { identifier });
          const factors = response['supported_first_factors'] as { email_address_id?: string }[];
          return factors.map(({ email_address_id: id }) => id);
        }),
      );
      expect(ids[0]).toEqual(ids[1]);
    }
  });

  it('users sign in by password or by code, and a banned user sees what an unknown one sees', async () => {
    const page = new FrontEnd(clerk);
    const done = await page.post('/v1/client/sign_ins', { identifier: 'ADA@example.com ', password: 'correct horse' });
    expect(done.response).toMatchObject({ status: 'complete', user_data: { first_name: 'Ada' } });
    const bob = new FrontEnd(clerk);
    const { response } = await bob.post('/v1/client/sign_ins', {
      identifier: 'bob@example.com',
      strategy: 'email_code',
    });
    const code = await clerk.lastCode('bob@example.com');
    const path = `/v1/client/sign_ins/${String(response['id'])}/attempt_first_factor`;
    expect((await bob.post(path, { strategy: 'email_code', code })).response).toMatchObject({ status: 'complete' });

    await call(clerk, 'POST', '/v1/users/user_ada/ban');
    const right = first('password', { password: 'correct horse' });
    expect(await attempt('ada@example.com', [right])).toEqual(await attempt('eve@example.com', [right]));
  });

  it('an identifier of an unsupported kind is reported', async () => {
    clerk.configure({ user_settings: { attributes: { username: { enabled: false } } } });
    const reply = await new FrontEnd(clerk).post('/v1/client/sign_ins', { identifier: 'ada_l' });
    expect(reply).toMatchObject({ status: 422, code: 'form_identifier_not_found', param: 'identifier' });
  });

  it('an unknown address is reported if the protection is off', async () => {
    clerk.configure({ user_settings: { attack_protection: { enumeration_protection: { enabled: false } } } });
    const reply = await new FrontEnd(clerk).post('/v1/client/sign_ins', { identifier: 'eve@example.com' });
    expect(reply).toMatchObject({ status: 422, code: 'form_identifier_not_found' });
  });
});

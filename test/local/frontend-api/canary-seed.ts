/** An instance in which every secret is a canary: a text that no answer of the Frontend API may carry. */
import { createPrivateKey } from 'node:crypto';
import type { LocalInstance } from 'bailiff-local';
import { insertStatement, insertSubscription } from '../backend-api/seed-billing.js';

const secret = (of: string) => ({ hidden: `canary_private_metadata_of_${of}` });
const person = (name: string, more: object = {}) => ({
  id: `user_${name}`,
  email_address: `${name}@example.com`,
  password: `correct horse of ${name}`,
  private_metadata: secret(`user_${name}`),
  ...more,
});

/** Ada is who asks. Bob is a member of her organization; Mallory has nothing to do with her. */
export const CANARY_SEED = {
  seed: 'canaries',
  instance: {
    auth_config: { single_session_mode: false },
    user_settings: {
      attributes: {
        phone_number: { enabled: true },
        username: { enabled: true },
        passkey: { enabled: true },
        web3_wallet: { enabled: true },
      },
      social: { oauth_google: {} },
    },
    organization_settings: {
      domains: { enabled: true, enrollment_modes: ['manual_invitation', 'automatic_suggestion'] },
    },
  },
  users: [
    person('ada', {
      phone_number: '+12015550101',
      username: 'ada_l',
      web3_wallet: '0x00000000000000000000000000000000000000ad',
    }),
    person('bob'),
    person('cleo'),
    person('mallory', {
      phone_number: '+12015550199',
      username: 'canary_mallory',
      web3_wallet: '0x00000000000000000000000000000000000ca4a1',
    }),
  ],
  organizations: [
    {
      id: 'org_acme',
      name: 'Acme',
      slug: 'acme',
      private_metadata: secret('org_acme'),
      members: [
        { user: 'user_ada', role: 'org:admin', private_metadata: secret('membership_ada') },
        { user: 'user_bob', role: 'org:member', private_metadata: secret('membership_bob') },
      ],
    },
    {
      id: 'org_choir',
      name: 'Choir',
      slug: 'choir',
      members: [{ user: 'user_bob', role: 'org:admin' }, { user: 'user_ada' }],
    },
    { id: 'org_club', name: 'Club', slug: 'club', private_metadata: secret('org_club') },
    { id: 'org_friends', name: 'Friends', slug: 'friends', private_metadata: secret('org_friends') },
    { id: 'org_other', name: 'canary_other_organization', slug: 'other', members: [{ user: 'user_mallory' }] },
  ],
  machines: [{ id: 'mch_1', name: 'canary_machine' }],
  api_keys: [
    { subject: 'user_ada', name: 'Ada\u2019s key' },
    { subject: 'user_mallory', name: 'canary_key_of_mallory' },
  ],
  jwt_templates: [
    { name: 'plain', claims: { a: 1 }, signing_key: 'canary_signing_key_of_a_template', signing_algorithm: 'HS256' },
  ],
  oauth_applications: [
    { name: 'Notes', client_id: 'notes', redirect_uris: ['http://127.0.0.1:3998/callback'], scopes: 'profile email' },
  ],
  tables: {
    plans: [
      { id: 'plan_pro', slug: 'pro', amount: 1000, for_payer_type: 'user', features: [{ slug: 'exports' }] },
      { id: 'plan_team', slug: 'team', amount: 5000, for_payer_type: 'org' },
      { id: 'plan_max', slug: 'max', amount: 3000, for_payer_type: 'user' },
      { id: 'plan_big', slug: 'big', amount: 9000, for_payer_type: 'org' },
      { id: 'plan_free', slug: 'free', amount: 0, for_payer_type: 'user', is_default: true },
    ],
  },
};

async function asked(clerk: LocalInstance, path: string, body: object): Promise<void> {
  const response = await fetch(`${clerk.apiUrl}/v1${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${clerk.secretKey}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${path}: ${await response.text()}`);
}

/** What a seed has no words for. */
export async function addSecrets(clerk: LocalInstance): Promise<void> {
  const { state } = clerk;
  state.table('users').update('user_ada', {
    image_url: 'data:image/png;base64,AAAA',
    totp_secret: 'CANARYTOTPSECRETJBSWY3DPEHPK3PXP',
    backup_codes: ['canary_backup_1', 'canary_backup_2'],
  });
  await asked(clerk, '/organizations/org_acme/invitations', {
    email_address: 'invited@example.com',
    inviter_user_id: 'user_ada',
    role: 'org:member',
    private_metadata: secret('invitation'),
  });
  await asked(clerk, '/organizations/org_friends/invitations', {
    email_address: 'ada@example.com',
    role: 'org:member',
    private_metadata: secret('invitation_of_ada'),
  });
  const domain = { enrollment_mode: 'automatic_suggestion', verified: true };
  await asked(clerk, '/organizations/org_club/domains', { ...domain, name: 'example.com' });
  await asked(clerk, '/organizations/org_acme/domains', { ...domain, name: 'acme.example', verified: false });
  state.table('external_accounts').insert({
    id: 'eac_1',
    object: 'external_account',
    user_id: 'user_ada',
    provider: 'oauth_google',
    identification_id: 'idn_google',
    provider_user_id: '1',
    approved_scopes: 'email',
    email_address: 'ada@example.com',
    first_name: 'Ada',
    last_name: 'L',
    public_metadata: {},
    label: null,
    verification: null,
    created_at: clerk.now(),
    updated_at: clerk.now(),
  } as never);
  state.table('organization_membership_requests').insert({
    id: 'orgmemreq_1',
    organization_id: 'org_acme',
    user_id: 'user_cleo',
    suggestion_id: 'none',
    status: 'pending',
    created_at: clerk.now(),
    updated_at: clerk.now(),
  });
  await asked(clerk, '/actor_tokens', { user_id: 'user_ada', actor: { sub: 'user_mallory' }, expires_in_seconds: 600 });
  for (const user_id of ['user_ada', 'user_mallory']) await asked(clerk, '/sign_in_tokens', { user_id });
  for (const [payer, plan] of [
    [{ user_id: 'user_ada' }, 'plan_pro'],
    [{ organization_id: 'org_acme' }, 'plan_team'],
  ] as const)
    insertStatement(state, insertSubscription(state, payer, plan).item.id);
}

/** Fields of rows that are secrets, wherever they stand. */
const SECRET_FIELDS =
  /^(password_digest|totp_secret|backup_codes|secret|secret_key|previous_secret_key|client_secret|token|code|api_key)$/;
/** Tables whose rows are known by their secret. */
const SECRET_IDS = new Set(['authorization_codes', 'oauth_refresh_tokens', 'refresh_tokens']);

/** Names and values, however deep. */
function* fieldsOf(value: unknown, name = ''): Generator<readonly [name: string, text: string]> {
  if (typeof value === 'string') yield [name, value];
  else if (Array.isArray(value)) for (const item of value) yield* fieldsOf(item, name);
  else if (typeof value === 'object' && value !== null)
    for (const [below, field] of Object.entries(value)) yield* fieldsOf(field, below);
}

/** What each is, by its text: all secrets that the instance holds now. One that is made in answer to a request is told once, and is none of these. */
export function canariesOf(clerk: LocalInstance): ReadonlyMap<string, string> {
  const { tables, keys, secretKey, webhookSigningSecret } = clerk.export() as unknown as {
    readonly tables: Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>>;
    readonly keys: readonly { readonly privatePem: string }[];
    readonly secretKey: string;
    readonly webhookSigningSecret: string;
  };
  const found = new Map<string, string>([
    [secretKey, 'the secret key'],
    [webhookSigningSecret, 'the secret of webhooks'],
    ['canary_', 'what is named so'],
    ['mallory@example.com', 'the address of another user'],
    ['+12015550199', 'the number of another user'],
    ['0x00000000000000000000000000000000000ca4a1', 'the wallet of another user'],
  ]);
  for (const { privatePem } of keys) {
    const { d = '' } = createPrivateKey(privatePem).export({ format: 'jwk' });
    found.set(d, 'a private key').set(privatePem.split('\n')[1] ?? '', 'a private key');
  }
  for (const [table, rows] of Object.entries(tables))
    for (const row of rows) {
      if (SECRET_IDS.has(table)) found.set(String(row['id']), `an id in ${table}`);
      for (const [name, text] of fieldsOf(row)) if (SECRET_FIELDS.test(name)) found.set(text, `${name} in ${table}`);
    }
  found.delete('');
  return found;
}

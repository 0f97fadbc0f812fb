/**
 * A walk through all operations of the Frontend API that are built, on an instance full of secrets: no answer carries one, and each that is no refusal
 * is what the document says. An operation that is built later is walked by itself.
 */
import type { LocalInstance } from 'bailiff-local';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { frontendDocument } from '../../../packages/local/src/document/frontend-document.js';
import { startLocalInstance } from '../../../packages/local/src/index.js';
import type { Checkpoint, ManagedState } from '../../../packages/local/src/state/create-instance-state.js';
import type { TableName } from '../../../packages/local/src/state/rows.js';
import { addSecrets, canariesOf, CANARY_SEED } from './canary-seed.js';
import { FrontEnd, misfits, PAGE } from './front-end.js';
import { Browser } from './support.js';

/** Parameters of paths, by the table whose row of Ada or of her organization they name. */
const TABLES: Readonly<Record<string, TableName>> = {
  api_key_id: 'api_keys',
  checkout_id: 'checkouts',
  domain_id: 'organization_domains',
  email_id: 'email_addresses',
  enterprise_connection_id: 'enterprise_connections',
  external_account_id: 'external_accounts',
  invitation_id: 'organization_invitations',
  passkey_id: 'passkeys',
  payment_attempt_id: 'payment_attempts',
  payment_method_id: 'payment_methods',
  phone_number_id: 'phone_numbers',
  request_id: 'organization_membership_requests',
  session_id: 'sessions',
  sign_in_id: 'sign_ins',
  sign_up_id: 'sign_ups',
  statement_id: 'statements',
  subscription_item_id: 'subscription_items',
  suggestion_id: 'organization_suggestions',
  trusted_device_id: 'trusted_devices',
  web3_wallet_id: 'web3_wallets',
};
const NAMES: Readonly<Record<string, string>> = {
  client_id: 'notes',
  plan_id_or_slug: 'pro',
  template_name: 'plain',
  user_id: 'user_bob',
};

/** What every request sends; an operation takes the fields that it knows. */
const FIELDS: Readonly<Record<string, string>> = {
  name: 'New name',
  email_address: 'new@example.com',
  phone_number: '+12015550102',
  role: 'org:member',
  first_name: 'Augusta',
  password: 'a better horse',
  new_password: 'a better horse',
  current_password: 'correct horse of ada',
  plan_period: 'month',
  payment_token: 'pm_card_mastercard',
  gateway: 'stripe',
  use_test_card: 'true',
  enrollment_mode: 'manual_invitation',
  unsafe_metadata: '{"color":"red"}',
  // What test addresses take.
  code: '424242',
};
/** What an operation needs beside that, or instead. */
const MORE: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  createSignIn: { identifier: 'bob@example.com', password: '' },
  prepareSignInFactorOne: { strategy: 'email_code' },
  attemptSignInFactorOne: { strategy: 'password', password: 'correct horse of cleo' },
  createSignUps: { email_address: 'second@example.com' },
  prepareSignUpsVerification: { strategy: 'email_code' },
  attemptSignUpsVerification: { strategy: 'email_code' },
  CreateUserBillingCheckout: { plan_id: 'plan_max' },
  CreateOrganizationBillingCheckout: { plan_id: 'plan_big' },
  CreateOrganizationMembership: { user_id: 'user_cleo' },
  createOrganizationInvitations: { email_address: 'another@example.com' },
  createApiKey: { subject: 'user_ada' },
  CreateOrganizationDomain: { name: 'new.example' },
  prepareOrganizationDomainVerification: { affiliation_email_address: 'ada@acme.example' },
  sendVerificationEmail: { strategy: 'email_code' },
  startSessionReverification: { level: 'first_factor' },
  attemptSessionReverificationFirstFactor: { strategy: 'password', password: 'correct horse of ada' },
  sendVerificationSMS: { strategy: 'phone_code' },
  postOAuthAccounts: { strategy: 'oauth_google', redirect_url: `${PAGE}/back` },
  reauthorizeExternalAccount: { redirect_url: `${PAGE}/back` },
};

/** An organization that Ada may leave. */
const ELSEWHERE: Readonly<Record<string, string>> = { deleteOrganizationMemberships: 'org_choir' };

/** A picture is sent as a file. */
const UPLOADS = new Set(['updateOrganizationLogo', 'updateProfileImage']);

interface Walked {
  readonly id: string;
  readonly status: number;
  readonly leaks: readonly string[];
  readonly misfits: readonly string[];
}

let clerk: LocalInstance;
let walked: readonly Walked[];

beforeAll(async () => {
  clerk = await startLocalInstance({ seed: CANARY_SEED });
  const page = new FrontEnd(clerk);
  await page.post('/v1/client/sign_ins', { identifier: 'ada@example.com', password: 'correct horse of ada' });
  await addSecrets(clerk);
  await prepare(page);
  const cookies = [...page.browser.cookies(clerk.frontendApiUrl)].map(([name, value]) => `${name}=${value}`);
  const checkpoint = (clerk.state as ManagedState).checkpoint();
  const done: Walked[] = [];
  // A page's answers are no JSON, and have tests of their own.
  for (const [route, { id, answer }] of Object.entries(frontendDocument().operations))
    if (answer !== undefined) done.push(await walk(route, id, checkpoint, cookies));
  walked = done;
}, 120_000);
afterAll(() => clerk.close());

/** Attempts and checkouts that are under way. */
async function prepare(page: FrontEnd): Promise<void> {
  const code = { strategy: 'email_code' };
  const address = await page.post('/v1/me/email_addresses', { email_address: 'ada+clerk_test@example.com' });
  await page.post(`/v1/me/email_addresses/${String(address.response['id'])}/prepare_verification`, code);
  await page.post('/v1/me/passkeys');
  await page.post(`/v1/client/sessions/${idOf('session_id', 'user_ada')}/verify`, { level: 'first_factor' });
  const number = await page.post('/v1/me/phone_numbers', { phone_number: '+12015550103' });
  await page.post(`/v1/me/phone_numbers/${String(number.response['id'])}/prepare_verification`, {
    strategy: 'phone_code',
  });
  const [domain] = clerk.state.table('organization_domains').by('organization_id', 'org_acme');
  await page.post(`/v1/organizations/org_acme/domains/${domain?.id ?? ''}/prepare_affiliation_verification`, {
    affiliation_email_address: 'ada+clerk_test@acme.example',
  });
  for (const [at, plan_id] of [
    ['me', 'plan_max'],
    ['organizations/org_acme', 'plan_big'],
  ]) {
    await page.post(`/v1/${at ?? ''}/billing/payment_methods`, { gateway: 'stripe', payment_token: 'pm_card_visa' });
    await page.post(`/v1/${at ?? ''}/billing/payment_methods`, {
      gateway: 'stripe',
      payment_token: 'pm_card_mastercard',
    });
    await page.post(`/v1/${at ?? ''}/billing/checkouts`, { plan_id: plan_id ?? '', plan_period: 'month' });
  }
  await page.get('/v1/me/organization_suggestions');
  const signIn = await page.post('/v1/client/sign_ins', { identifier: 'cleo@example.com' });
  const at = `/v1/client/sign_ins/${String(signIn.response['id'])}`;
  await page.post(`${at}/prepare_first_factor`, { strategy: 'email_code' });
  const eve = { email_address: 'eve+clerk_test@example.com', password: 'correct horse of eve' };
  const signUp = await page.post('/v1/client/sign_ups', eve);
  await page.post(`/v1/client/sign_ups/${String(signUp.response['id'])}/prepare_verification`, code);
}

async function walk(route: string, id: string, from: Checkpoint, cookies: readonly string[]): Promise<Walked> {
  (clerk.state as ManagedState).restore(from);
  const canaries = canariesOf(clerk);
  const [method = '', template = ''] = route.split(' ');
  const scope = template.includes('/organizations/') ? 'org_acme' : 'user_ada';
  const path = template.replace(/\{(\w+)\}/g, (_all, name: string) =>
    name === 'organization_id' ? (ELSEWHERE[id] ?? 'org_acme') : (NAMES[name] ?? idOf(name, scope)),
  );
  const url = new URL(path, clerk.frontendApiUrl);
  url.searchParams.set('_clerk_js_version', '6.40.0');
  url.searchParams.set('payer_type', 'user');
  url.searchParams.set('subject', 'user_ada');
  if (method !== 'GET' && method !== 'POST') url.searchParams.set('_method', method);
  const fields = { ...FIELDS, payment_method_id: idOf('payment_method_id', scope), ...MORE[id] };
  const browser = new Browser();
  browser.accept(url.href, cookies);
  const headers = {
    origin: PAGE,
    ...(path.startsWith('/api_keys') ? { authorization: `Bearer ${await token()}` } : {}),
  };
  const sent =
    method === 'GET' ? {} : { method: 'POST', body: UPLOADS.has(id) ? picture() : new URLSearchParams(fields) };
  const response = await browser.request(url.href, { ...sent, headers });
  const text = await response.text();
  const told = `${text} ${JSON.stringify([...response.headers])}`;
  return {
    id,
    status: response.status,
    leaks: [...canaries].filter(([canary]) => isTold(told, canary)).map(([, what]) => `${id} tells ${what}`),
    misfits: response.ok ? misfits(method, url.pathname, JSON.parse(text) as Record<string, unknown>) : [],
  };
}

function picture(): FormData {
  const form = new FormData();
  const dot = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
  form.append('file', new Blob([Buffer.from(dot, 'base64')], { type: 'image/png' }), 'dot.png');
  return form;
}

/** Short ones, such as codes, are whole words: their digits may occur in a number. */
function isTold(text: string, canary: string): boolean {
  if (canary.length > 8) return text.includes(canary);
  return new RegExp(`(?<!\\w)${canary}(?!\\w)`).test(text);
}

async function token(): Promise<string> {
  const session = idOf('session_id', 'user_ada');
  return clerk.createSessionToken({ sessionId: session });
}

/** The newest row that is Ada's, or her organization's. */
function idOf(param: string, scope: string): string {
  const { state } = clerk;
  const payers = state.table('payers').rows();
  const payer = payers.find(({ user_id: user, organization_id: organization }) => (user ?? organization) === scope)?.id;
  const owners = [scope, payer, state.table('clients').rows()[0]?.id, scope === 'user_ada' ? 'ada@example.com' : scope];
  const rows = state.table((TABLES[param] ?? param) as 'users').rows();
  const isOwn = (row: object): boolean =>
    Object.values(row).some((value) => typeof value === 'string' && owners.includes(value));
  return rows.filter(isOwn).at(-1)?.id ?? 'none';
}

describe('the operations of the Frontend API', () => {
  it('show nobody\u2019s secrets', () => {
    expect(walked.flatMap(({ leaks }) => leaks)).toEqual([]);
  });

  it('answer as the document says', () => {
    expect(walked.flatMap((each) => each.misfits.map((misfit) => `${each.id}: ${misfit}`))).toEqual([]);
  });

  // Those that need a state which the walk cannot have at the same time. The list may only become shorter; `vitest -u` writes it anew.
  it('are all reached by the walk, except the listed ones', async () => {
    const built = walked.filter(({ status }) => status !== 501);
    expect(built.length).toBeGreaterThan(80);
    const unreached = built.filter(({ status }) => status >= 300).map(({ id }) => id);
    await expect(`${unreached.sort().join('\n')}\n`).toMatchFileSnapshot('unreached-operations.txt');
  });

  it('are detected if they show a secret', () => {
    const [[canary = ''] = []] = canariesOf(clerk);
    expect(isTold(JSON.stringify({ secret: canary }), canary)).toBe(true);
    expect(isTold('{"at":1424242000}', '424242')).toBe(false);
    expect(isTold('{"code":"424242"}', '424242')).toBe(true);
  });
});

/** A state with one of everything, and requests to it without a server. */
import { createInstanceState } from '../../../packages/local/src/state/create-instance-state.js';
import type { ManagedState } from '../../../packages/local/src/state/create-instance-state.js';
import { handleBackendRequest } from '../../../packages/local/src/backend-api/handle-backend-request.js';
import * as billing from './seed-billing.js';
import * as seed from './seed-rows.js';
import { insertInitialRows } from '../../../packages/local/src/instance/initial-rows.js';
import { createMachine } from '../../../packages/local/src/model/machines/machines.js';
import { createSession } from '../../../packages/local/src/model/sessions/sessions.js';

export interface Answer {
  readonly status: number;
  readonly contentType: string | undefined;
  readonly text: string;
  // Tests look into answers of all shapes.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly body: any;
}

export interface Sent {
  readonly query?: string | Readonly<Record<string, string | readonly string[]>>;
  /** An object is sent as JSON, text and bytes as they are. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

const START = Date.UTC(2026, 0, 1);

export function newState(
  options: { onEvent?: (type: string, data: Readonly<Record<string, unknown>>) => void } = {},
): ManagedState {
  const state = createInstanceState({ seed: 'backend', instanceType: 'development', now: START, ...options });
  state.setOrigin('http://127.0.0.1:4000');
  insertInitialRows(state);
  return state;
}

export async function send(state: ManagedState, method: string, path: string, sent: Sent = {}): Promise<Answer> {
  const { body } = sent;
  const raw = body === undefined ? new Uint8Array() : body instanceof Uint8Array ? body : encode(body);
  const response = await handleBackendRequest(state, {
    method,
    path,
    query: toParams(sent.query),
    headers: { authorization: `Bearer ${state.secretKey}`, 'content-type': 'application/json', ...sent.headers },
    body: raw,
    origin: state.apiUrl,
  });
  const text = typeof response.body === 'string' ? response.body : new TextDecoder().decode(response.body);
  const contentType = response.headers.find(([name]) => name === 'Content-Type')?.[1];
  return {
    status: response.status,
    contentType,
    text,
    body: contentType === 'application/json' ? JSON.parse(text) : undefined,
  };
}

/** Requests to the state that a test has at that time. */
export function callsTo(stateOf: () => ManagedState) {
  type Query = Sent['query'];
  const call = (method: string, path: string, sent: Sent) => send(stateOf(), method, path, sent);
  return {
    get: (path: string, query?: Query) => call('GET', path, query === undefined ? {} : { query }),
    post: (path: string, body?: unknown) => call('POST', path, { body }),
    patch: (path: string, body: unknown) => call('PATCH', path, { body }),
    remove: (path: string, query?: Query) => call('DELETE', path, query === undefined ? {} : { query }),
  };
}

/** Status and code of a refusal. */
export const codeOf = (answer: Answer): unknown => [answer.status, answer.body.errors[0].code];

const encode = (body: unknown): Uint8Array =>
  new TextEncoder().encode(typeof body === 'string' ? body : JSON.stringify(body));

function toParams(query: Sent['query'] = {}): URLSearchParams {
  if (typeof query === 'string') return new URLSearchParams(query);
  return new URLSearchParams(
    Object.entries(query).flatMap(([name, value]) => [value].flat().map((item) => [name, item])),
  );
}

/** Ids of what `seedAll` made, by the names of path and body parameters. */
export type Fixture = Readonly<Record<string, string>>;

/** One of everything that an operation may be about. */
export function seedAll(state: ManagedState): Fixture {
  const user = seed.insertUser(state, {
    email_address: ['ada@example.com'],
    phone_number: ['+15550100001'],
    username: 'ada',
    first_name: 'Ada',
    last_name: 'Lovelace',
    password: 'correct horse battery',
    totp_secret: 'JBSWY3DPEHPK3PXP',
    backup_codes: ['backup-1', 'backup-2'],
    public_metadata: { plan: 'pro' },
  });
  const other = seed.insertUser(state, { email_address: ['bob@example.com'], first_name: 'Bob' });
  const account = seed.insertExternalAccount(state, user.id);
  seed.insertProviderToken(state, user.id);
  const passkey = seed.insertPasskey(state, user.id);
  const wallet = seed.insertWeb3Wallet(state, user.id);
  seed.insertSamlAccount(state, user.id);
  const organization = seed.insertOrganization(state, { name: 'Acme', created_by: user.id });
  const session = createSession(state, { userId: user.id, organizationId: organization.id });
  const plan = billing.insertPlan(state, { free_trial_enabled: true, free_trial_days: 14 });
  const price = billing.insertPrice(state, plan.id);
  const dearer = billing.insertPrice(state, plan.id, { amount: 2000 });
  const { item } = billing.insertSubscription(state, { user_id: user.id }, plan.id, { is_free_trial: true });
  billing.insertSubscription(state, { organization_id: organization.id }, plan.id);
  const statement = billing.insertStatement(state, item.id);
  const machine = createMachine(state, { name: 'one' });
  const otherMachine = createMachine(state, { name: 'two' });
  const first = (table: string, field: string, value: unknown): string =>
    state.table(table).by(field, value)[0]?.id ?? '';
  return {
    user_id: user.id,
    other_user_id: other.id,
    email_address_id: String(user['primary_email_address_id']),
    phone_number_id: String(user['primary_phone_number_id']),
    external_account_id: account.id,
    passkey_identification_id: passkey.id,
    web3_wallet_identification_id: wallet.id,
    organization_id: organization.id,
    session_id: session.id,
    client_id: String(session['client_id']),
    plan_id: plan.id,
    from_price_id: price.id,
    to_price_id: dearer.id,
    subscription_item_id: item.id,
    statementID: statement.id,
    machine_id: machine.id,
    other_machine_id: otherMachine.id,
    to_machine_id: otherMachine.id,
    machine_secret: String(machine['secret_key']),
    organization_role_id: first('organization_roles', 'key', 'org:member'),
    permission_id: first('organization_permissions', 'key', 'org:sys_profile:manage'),
    role_set_key_or_id: 'role_set:default',
    sign_up_id: seed.insertSignUp(state).id,
  };
}

/** A state with one of everything, and a checkpoint to come back to between tests. */
export function seededState() {
  const state = newState();
  const ids = seedAll(state);
  // Made at its first use: what is restored has it already.
  void state.keys.current;
  return { state, ids, start: state.checkpoint() };
}

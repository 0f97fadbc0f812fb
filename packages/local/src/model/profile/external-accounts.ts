/** Accounts at social providers: those that came with a sign-in, and those that a user who is signed in connects. */
import type { InstanceState } from '../../state/instance-state.js';
import type {
  ClientRow,
  ExternalAccountRow,
  Fields,
  ProviderProfile,
  UserRow,
  Verification,
  VerificationRedirectRow,
} from '../../state/rows.js';
import { environmentOf } from '../instance/environment.js';
import { notFound, refusal } from '../records/refusals.js';
import { change, defineResource, insert, publish } from '../records/resource.js';
import { usableSessions } from '../sessions/client-sessions.js';
import { closeRedirect, sendToProvider } from '../verification/redirects.js';
import { failedAtProvider, verified } from '../verification/verification.js';
import { isVerified } from '../users/identifications.js';
import { identificationsLeft } from './own-addresses.js';
import { bareProvider, users } from '../users/user-records.js';
import { removePartOfUser } from '../users/user-credentials.js';

const externalAccounts = defineResource('external_accounts', {
  object: 'external_account',
  idPrefix: 'eac',
  component: '',
});

const isConnected = (row: ExternalAccountRow): boolean => isVerified(row);

export const accountOf = (
  state: InstanceState,
  { provider_user_id: id }: ProviderProfile,
): ExternalAccountRow | undefined => state.table('external_accounts').by('provider_user_id', id)[0];

/** The fields of an account that come from the provider. */
const fieldsOf = (profile: ProviderProfile) => ({
  provider_user_id: profile.provider_user_id,
  email_address: profile.email_address,
  email_address_verified: true,
  first_name: profile.first_name,
  last_name: profile.last_name,
});

const stored = (verification: Verification): Verification => ({
  ...verification,
  expire_at: verification.expire_at ?? 0,
});

const EMPTY_PROFILE = { provider_user_id: '', email_address: '', first_name: '', last_name: '' };

function addAccount(
  state: InstanceState,
  user: UserRow,
  provider: string,
  verification: Verification,
  fields: Partial<ReturnType<typeof fieldsOf>> = {},
): ExternalAccountRow {
  const row = insert(state, externalAccounts, {
    user_id: user.id,
    provider,
    identification_id: state.id('idn'),
    ...EMPTY_PROFILE,
    approved_scopes: 'email profile',
    avatar_url: '',
    image_url: '',
    username: null,
    public_metadata: {},
    label: null,
    verification: stored(verification),
    ...fields,
  });
  publish(state, users, 'updated', user);
  return row;
}

/** Stores the account by which a user signed in, unless it is stored already. */
export function linkAccount(state: InstanceState, user: UserRow, profile: ProviderProfile): void {
  if (accountOf(state, profile) !== undefined) return;
  addAccount(state, user, profile.strategy, verified(profile.strategy), fieldsOf(profile));
}

interface ConnectionRequest {
  readonly fields: Fields;
  /** The URL by which the page reaches the instance. */
  readonly baseUrl: string;
}

/** Sends a user who is signed in to a provider, whose answer connects the account. @throws ApiError 400 */
export function connectAccount(
  state: InstanceState,
  user: UserRow,
  strategy: string,
  asked: ConnectionRequest,
): ExternalAccountRow {
  const { social } = environmentOf(state).user_settings;
  if (!Object.hasOwn(social, strategy) || social[strategy]?.enabled !== true)
    throw refusal('oauth_provider_not_enabled');
  const same = state
    .table('external_accounts')
    .by('user_id', user.id)
    .filter((row) => bareProvider(row.provider) === bareProvider(strategy));
  if (same.some(isConnected)) throw refusal('oauth_account_already_connected');
  // Connections that were started and never completed.
  for (const row of same) state.table('external_accounts').delete(row.id);
  const row = addAccount(state, user, strategy, verified(strategy, { status: 'unverified' }));
  return startConnection(state, row, strategy, asked);
}

function startConnection(
  state: InstanceState,
  row: ExternalAccountRow,
  strategy: string,
  asked: ConnectionRequest,
): ExternalAccountRow {
  const subject = { kind: 'external_account', id: row.id, baseUrl: asked.baseUrl } as const;
  const verification = sendToProvider(state, strategy, subject, asked.fields);
  const extra = scopesIn(asked.fields);
  const wished = [...new Set([...row.approved_scopes.split(' '), ...extra])].join(' ');
  // While it is asked for again, an account that is connected stays so.
  const patch = { wished_scopes: wished, ...(isConnected(row) ? {} : { verification: stored(verification) }) };
  const next = state.table('external_accounts').update(row.id, patch) ?? row;
  return { ...next, verification: stored(verification) };
}

function scopesIn({ additional_scope: scope }: Fields): string[] {
  const texts: unknown[] = Array.isArray(scope) ? scope : [scope];
  return texts.flatMap((text) => (typeof text === 'string' ? text.split(' ') : [])).filter((text) => text !== '');
}

/** @throws ApiError 404 */
function ownAccount(state: InstanceState, user: UserRow, id: string): ExternalAccountRow {
  const row = state.table('external_accounts').get(id);
  if (row?.user_id !== user.id) throw notFound('external account', id, undefined, 'external_account_not_found');
  return row;
}

/** Asks the provider again. @throws ApiError 404 */
export function reauthorizeAccount(
  state: InstanceState,
  user: UserRow,
  id: string,
  asked: ConnectionRequest,
): ExternalAccountRow {
  const row = ownAccount(state, user, id);
  return startConnection(state, row, `oauth_${bareProvider(row.provider)}`, asked);
}

/** @throws ApiError 400 for the last by which the user is known, 404 */
export function removeAccount(state: InstanceState, user: UserRow, id: string): Fields {
  const row = ownAccount(state, user, id);
  if (isConnected(row) && identificationsLeft(state, user, id) === 0) throw refusal('identification_deletion_failed');
  return removePartOfUser(state, user, 'external_accounts', id);
}

/** Throws away the tokens that the provider gave. @throws ApiError 404 */
export function revokeAccountTokens(state: InstanceState, user: UserRow, id: string): void {
  const row = ownAccount(state, user, id);
  for (const token of state.table('user_oauth_tokens').by('user_id', user.id))
    if (token.external_account_id === row.id) state.table('user_oauth_tokens').delete(token.id);
}

/**
 * Takes the provider's answer. Returns the URL where the browser goes next; null unless the account's user is signed in with this browser: a person who was
 * sent somebody else's link must not connect an account there.
 */
export function answerConnection(
  state: InstanceState,
  redirect: VerificationRedirectRow,
  client: ClientRow | null,
  profile: ProviderProfile | null,
): string | null {
  const row = state.table('external_accounts').get(redirect.subject_id);
  const user = state.table('users').get(row?.user_id);
  if (row === undefined || user === undefined) return null;
  if (!usableSessions(state, client).some((session) => session.user_id === user.id)) return null;
  closeRedirect(state, redirect);
  const failure = profile === null ? DENIED : conflictWith(state, row, profile);
  if (profile === null || failure !== null) {
    const [code, message] = failure ?? DENIED;
    const verification = stored(failedAtProvider(redirect.strategy, 'failed', code, message));
    // An account that was connected before stays so, whatever its provider says of another one.
    if (!isConnected(row)) change(state, externalAccounts, row.id, { verification });
    return redirect.redirect_url;
  }
  change(state, externalAccounts, row.id, {
    ...fieldsOf(profile),
    approved_scopes: row.wished_scopes ?? row.approved_scopes,
    verification: stored(verified(redirect.strategy)),
  });
  publish(state, users, 'updated', user);
  return redirect.complete_url ?? redirect.redirect_url;
}

const DENIED = ['oauth_access_denied', 'You did not grant access to your account.'] as const;
const CLAIMED = ['oauth_identification_claimed', 'This account belongs to somebody else here.'] as const;
const ANOTHER = ['external_account_not_found', 'This is another account than the one that is connected.'] as const;

function conflictWith(state: InstanceState, row: ExternalAccountRow, profile: ProviderProfile) {
  const holder = accountOf(state, profile);
  if (holder !== undefined && holder.id !== row.id) return CLAIMED;
  if (row.provider_user_id !== '' && row.provider_user_id !== profile.provider_user_id) return ANOTHER;
  const address = state.table('email_addresses').by('email_address', profile.email_address).find(isVerified);
  return address !== undefined && address.user_id !== row.user_id ? CLAIMED : null;
}

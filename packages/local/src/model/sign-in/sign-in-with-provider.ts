/** Sign-in and sign-up with a social provider or an enterprise connection. The instance plays the provider: its page lets a person pick an account. */
import type { InstanceState } from '../../state/instance-state.js';
import type { ClientRow, ProviderProfile, SignInRow, SignUpRow, UserRow, Verification } from '../../state/rows.js';
import { activeConnections } from '../connections/active-connections.js';
import { enterpriseAccountOf, linkEnterpriseAccount } from '../connections/enterprise-accounts.js';
import { environmentOf } from '../instance/environment.js';
import { ApiError } from '../records/api-error.js';
import { invalidValue, refusal } from '../records/refusals.js';
import { completeSignUpIfReady } from '../sign-up/complete-sign-up.js';
import { changeSignUp, startSignUp } from '../sign-up/sign-up-attempt.js';
import { readEmailAddress } from '../records/text-formats.js';
import { accountOf, answerConnection, linkAccount } from '../profile/external-accounts.js';
import { isVerified } from '../users/identifications.js';
import { restrictionFor } from '../users/sign-up-restrictions.js';
import { closeRedirect, openRedirect, sendToProvider } from '../verification/redirects.js';
import { failedAtProvider as failed, verified } from '../verification/verification.js';
import { ENTERPRISE, profileFromConnection } from './enterprise-sso.js';
import { changeSignIn, signInVerified, refuseSignIn, completeSignInIfReady, startSignIn } from './sign-in-attempt.js';

const STRATEGY = /^oauth_\w+$/;
/** Strategies whose answer comes from the page for providers. */
const AWAITED = /^(oauth_\w+|enterprise_sso)$/;

export const isProvider = (strategy: string | undefined): strategy is string =>
  strategy !== undefined && STRATEGY.test(strategy);

/** @throws ApiError 422 for a provider that is not switched on */
function refuseUnknown(state: InstanceState, strategy: string): void {
  const { social } = environmentOf(state).user_settings;
  if (!Object.hasOwn(social, strategy) || social[strategy]?.enabled !== true)
    throw invalidValue('strategy', 'is not a provider of this instance');
}

type ProviderRequest = { readonly fields: Readonly<Record<string, unknown>>; readonly baseUrl: string };

/** @throws ApiError 422 */
export function signInAtProvider(
  state: InstanceState,
  client: ClientRow,
  strategy: string,
  asked: ProviderRequest,
): SignInRow {
  refuseUnknown(state, strategy);
  const row = startSignIn(state, client);
  const subject = { kind: 'sign_in', id: row.id, baseUrl: asked.baseUrl } as const;
  return changeSignIn(state, row, {
    first_factor_verification: sendToProvider(state, strategy, subject, asked.fields),
  });
}

/** @throws ApiError 403, 422 */
export function signUpAtProvider(
  state: InstanceState,
  row: SignUpRow,
  strategy: string,
  asked: ProviderRequest,
): SignUpRow {
  refuseUnknown(state, strategy);
  const subject = { kind: 'sign_up', id: row.id, baseUrl: asked.baseUrl } as const;
  return withAccount(state, row, sendToProvider(state, strategy, subject, asked.fields));
}

const withAccount = (state: InstanceState, row: SignUpRow, verification: Verification): SignUpRow =>
  changeSignUp(state, row, { verifications: { ...row.verifications, external_account: verification } });

/** The provider whose answer a secret waits for; null if the secret is unknown or expired. */
export function awaitedProvider(state: InstanceState, token: string): Awaited | null {
  const row = openRedirect(state, token, AWAITED);
  if (row === null || row.expire_at <= state.now()) return null;
  const { strategy, subject_id: id } = row;
  const connectionId = state.table('sign_ins').get(id)?.first_factor_verification?.connection_id;
  const connection = activeConnections(state).find((each) => each.id === connectionId);
  if (strategy === ENTERPRISE) return connection === undefined ? null : { strategy, name: connection.name };
  return { strategy, name: environmentOf(state).user_settings.social[strategy]?.name ?? strategy };
}

/** A provider that the instance plays. */
export interface Awaited {
  readonly strategy: string;
  readonly name: string;
}

/** The profile of an account at the provider. Each address is an account of its own. @throws ApiError 422 */
export function profileFor(strategy: string, email: string, firstName: string, lastName: string): ProviderProfile {
  const address = readEmailAddress(email);
  return {
    strategy,
    provider_user_id: `${strategy.replace(/^oauth_/, '')}|${address}`,
    email_address: address,
    first_name: firstName,
    last_name: lastName,
  };
}

/**
<<<<<<< HEAD:packages/local/src/model/sign-in/provider.ts
 * The provider has answered. Gives where the browser goes; null if the attempt is of another browser: with somebody else's link, nobody can sign
 * that other browser in.
=======
 * Takes the provider's answer. Returns the URL where the browser goes next; null if the attempt belongs to another browser: a person who was sent a link to
 * somebody else's attempt must not sign that browser in.
>>>>>>> t-local2:packages/local/src/model/sign-in/sign-in-with-provider.ts
 *
 * @param profile null: the person denied access
 */
export function answerFromProvider(
  state: InstanceState,
  token: string,
  client: ClientRow | null,
  profile: ProviderProfile | null,
): string | null {
  const row = openRedirect(state, token, AWAITED);
  if (row === null || row.expire_at <= state.now()) return null;
  if (row.kind === 'external_account') return answerConnection(state, row, client, profile);
  const attempt = state.table(row.kind === 'sign_in' ? 'sign_ins' : 'sign_ups').get(row.subject_id);
  if (client === null || attempt?.client_id !== client.id) return null;
  closeRedirect(state, row);
  const done =
    row.kind === 'sign_in'
      ? answerSignIn(state, row.subject_id, row.strategy, profile)
      : answerSignUp(state, row.subject_id, row.strategy, profile);
  return done ? (row.complete_url ?? row.redirect_url) : row.redirect_url;
}

const denied = (strategy: string): Verification =>
  failed(strategy, 'failed', 'oauth_access_denied', 'You did not grant access to your account.');

/** The verification that an error ends with. */
const refusedBy = (strategy: string, { code, longMessage }: ApiError): Verification =>
  failed(strategy, 'failed', code, longMessage);

function answerSignIn(state: InstanceState, id: string, strategy: string, given: ProviderProfile | null): boolean {
  const row = state.table('sign_ins').get(id);
  if (row === undefined) return false;
  const set = (first: Verification, more: Partial<SignInRow> = {}): SignInRow =>
    changeSignIn(state, row, { first_factor_verification: first, ...more });
  if (given === null) {
    set(denied(strategy));
    return false;
  }
  let profile = given;
  try {
    if (strategy === ENTERPRISE)
      profile = profileFromConnection(state, row, given, (each) => userOf(state, each) !== undefined);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    set(refusedBy(strategy, error));
    return false;
  }
  const user = userOf(state, profile);
  if (user === undefined) {
    set(failed(strategy, 'transferable', 'external_account_not_found', 'There is no account for this one yet.'), {
      profile,
    });
    return false;
  }
  try {
    refuseSignIn(state, user);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    set(refusedBy(strategy, error));
    return false;
  }
  link(state, user, profile);
  const next = completeSignInIfReady(
    state,
    set(verified(strategy), { user_id: user.id, identifier: profile.email_address }),
  );
  return next.created_session_id !== null;
}

function answerSignUp(state: InstanceState, id: string, strategy: string, profile: ProviderProfile | null): boolean {
  const row = state.table('sign_ups').get(id);
  if (row === undefined) return false;
  if (profile === null) {
    withAccount(state, row, denied(strategy));
    return false;
  }
  if (userOf(state, profile) !== undefined) {
    const exists = failed(strategy, 'transferable', 'external_account_exists', 'This account is known already.');
    changeSignUp(state, withAccount(state, row, exists), { profile });
    return false;
  }
  try {
    return finishSignUp(state, row, profile).created_user_id !== null;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    withAccount(state, row, refusedBy(strategy, error));
    return false;
  }
}

/** Fills the sign-up from the profile, and completes it if nothing is missing. @throws ApiError 403, 422 */
function finishSignUp(state: InstanceState, row: SignUpRow, profile: ProviderProfile): SignUpRow {
  const { strategy, email_address: email, first_name: first, last_name: last } = profile;
  const restriction = restrictionFor(state, [email], 'sign-up');
  if (restriction !== null) throw refusal('not_allowed_access', restriction);
  const next = changeSignUp(state, row, {
    profile,
    email_address: row.email_address ?? email,
    first_name: row.first_name ?? (first === '' ? null : first),
    last_name: row.last_name ?? (last === '' ? null : last),
    verifications: {
      ...row.verifications,
      external_account: verified(strategy),
      ...(row.email_address === null || row.email_address === email
        ? { email_address: { ...verified(strategy), object: 'verification_from_oauth', strategy: `from_${strategy}` } }
        : {}),
    },
  });
  const done = completeSignUpIfReady(state, next);
  const user = state.table('users').get(done.created_user_id);
  if (user !== undefined) link(state, user, profile);
  return done;
}

/** Continues a sign-in as a sign-up, because the account does not exist yet. @throws ApiError 400, 403 */
export function transferToSignUp(state: InstanceState, client: ClientRow): SignUpRow {
  const attempt = state.table('sign_ins').get(client.sign_in_id);
  if (attempt?.first_factor_verification?.status !== 'transferable' || !attempt.profile)
    throw refusal('account_transfer_invalid', 'There is nothing to transfer.');
  return finishSignUp(state, startSignUp(state, client), attempt.profile);
}

/** Continues a sign-up as a sign-in, because the account exists already. @throws ApiError 400, 403 */
export function transferToSignIn(state: InstanceState, client: ClientRow): SignInRow {
  const attempt = state.table('sign_ups').get(client.sign_up_id);
  const { profile } = attempt ?? {};
  const user = profile ? userOf(state, profile) : undefined;
  if (attempt?.verifications['external_account']?.status !== 'transferable' || !profile || user === undefined)
    throw refusal('account_transfer_invalid', 'There is nothing to transfer.');
  refuseSignIn(state, user);
  link(state, user, profile);
  return signInVerified(state, client, user, profile.strategy);
}

const link = (state: InstanceState, user: UserRow, profile: ProviderProfile): void => {
  if (profile.connection_id === undefined) linkAccount(state, user, profile);
  else linkEnterpriseAccount(state, user, profile);
};

/** The user with this account, or with the same verified address: the provider has verified it too. */
function userOf(state: InstanceState, profile: ProviderProfile): UserRow | undefined {
  const address = state.table('email_addresses').by('email_address', profile.email_address).find(isVerified);
  const account = profile.connection_id === undefined ? accountOf(state, profile) : enterpriseAccountOf(state, profile);
  return state.table('users').get(account?.user_id ?? address?.user_id);
}

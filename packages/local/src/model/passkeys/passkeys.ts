/** Passkeys of users: registration, renaming, sign-in. A challenge is valid once, for ten minutes, for the page that asked. */
import { isRecord } from '../../../../../src/ground/is-record.js';
import type { Fields, PasskeyRow, UserRow, Verification } from '../../state/rows.js';
import type { InstanceState } from '../../state/instance-state.js';
import { environmentOf } from '../instance/environment.js';
import type { ApiError } from '../records/api-error.js';
import { missing, notFound, refusal } from '../records/refusals.js';
import { defineResource, insert, publish } from '../records/resource.js';
import { nameOf } from '../users/names.js';
import { publicUserData } from '../users/person.js';
import { users } from '../users/user-records.js';
import { pending, refuseUnlessPending, verified, type Attempted } from '../verification/verification.js';
import {
  ALGORITHMS,
  checkAssertion,
  checkRegistration,
  credentialId,
  WebAuthnError,
  type Expected,
} from './webauthn.js';

/** Clerk's limit for one user. */
const MOST = 10;
const STRATEGY = 'passkey';
const TIMEOUT_MS = 60_000;

const passkeys = defineResource('passkeys', { object: 'passkey', idPrefix: 'idn', component: 'Passkey' });

export const passkeysOf = (state: InstanceState, userId: string): PasskeyRow[] =>
  state
    .table('passkeys')
    .by('user_id', userId)
    .filter((row) => row.verification?.status === 'verified');

/** Makes the options by which the page creates a passkey; the row stays unverified until then. @throws ApiError 403 */
export function startPasskey(state: InstanceState, user: UserRow, origin: string | undefined): PasskeyRow {
  if (!environmentOf(state).user_settings.attributes.passkey.enabled)
    throw refusal('feature_not_enabled', 'Passkeys are not enabled for this instance.');
  const own = state.table('passkeys').by('user_id', user.id);
  // Registrations that were never completed do not count.
  for (const row of own) if (row.verification?.status !== 'verified') state.table('passkeys').delete(row.id);
  const held = passkeysOf(state, user.id);
  if (held.length >= MOST) throw refusal('passkey_quota_exceeded', `A user has at most ${String(MOST)} passkeys.`);
  const rpId = rpIdOf(origin);
  const { identifier } = publicUserData(state, user.id);
  const options = {
    rp: { id: rpId, name: environmentOf(state).display_config.application_name },
    user: {
      id: Buffer.from(user.id).toString('base64url'),
      name: identifier,
      displayName: nameOf(user),
    },
    challenge: challengeIn(state),
    pubKeyCredParams: ALGORITHMS.map((alg) => ({ type: 'public-key', alg })),
    timeout: TIMEOUT_MS,
    excludeCredentials: descriptors(held, rpId),
    authenticatorSelection: { residentKey: 'required', requireResidentKey: true, userVerification: 'required' },
    attestation: 'none',
  };
  const verification = pending(state, STRATEGY, { nonce: JSON.stringify(options) });
  return insert(state, passkeys, { user_id: user.id, name: 'Passkey', last_used_at: null, verification });
}

/** Completes a registration: checks the credential and stores its public key. @throws ApiError 400, 404, 422 */
export function verifyPasskey(
  state: InstanceState,
  user: UserRow,
  id: string,
  credential: unknown,
  origin: string | undefined,
): PasskeyRow {
  const row = ownPasskey(state, user, id);
  const expected = expectationOf(state, row.verification, origin);
  const made = refuseUnlessAccepted('passkey_invalid_verification', () => checkRegistration(credential, expected));
  if (state.table('passkeys').by('credential_id', made.id).length > 0)
    throw refusal('passkey_invalid_verification', 'This passkey is known already.');
  const done = {
    verification: verified(STRATEGY),
    credential_id: made.id,
    public_key: made.publicKey as Fields,
    sign_count: made.counter,
    rp_id: expected.rpId,
    updated_at: state.now(),
  };
  const next = state.table('passkeys').update(row.id, done) ?? row;
  publish(state, users, 'updated', user);
  return next;
}

/** @throws ApiError 404 */
export function ownPasskey(state: InstanceState, user: UserRow, id: string): PasskeyRow {
  const row = state.table('passkeys').get(id);
  if (row?.user_id !== user.id) throw notFound('passkey', id, undefined, 'passkey_not_registered');
  return row;
}

/** @throws ApiError 404, 422 */
export function renamePasskey(state: InstanceState, user: UserRow, id: string, name: string | undefined): PasskeyRow {
  const row = ownPasskey(state, user, id);
  if (name === undefined) throw missing('name');
  const next = state.table('passkeys').update(row.id, { name, updated_at: state.now() }) ?? row;
  publish(state, users, 'updated', user);
  return next;
}

/** Makes a challenge for the passkeys of a user; without a user, for any passkey. @throws ApiError 400 */
export function preparePasskey(state: InstanceState, user: UserRow | null, origin: string | undefined): Verification {
  const rpId = rpIdOf(origin);
  const options = {
    challenge: challengeIn(state),
    timeout: TIMEOUT_MS,
    rpId,
    allowCredentials: user === null ? [] : descriptors(passkeysOf(state, user.id), rpId),
    userVerification: 'required',
  };
  return pending(state, STRATEGY, { nonce: JSON.stringify(options) });
}

/** The passkey that a credential names. Its signature has not been checked yet. @throws ApiError 404, 422 */
export function findNamedPasskey(state: InstanceState, credential: unknown): PasskeyRow {
  const id = credentialId(credential);
  if (id === undefined) throw refusal('passkey_invalid_public_key_credential');
  const row = state.table('passkeys').by('credential_id', id)[0];
  if (row === undefined) throw refusal('passkey_not_registered', 'This passkey is not registered.');
  return row;
}

/** Checks the signature of a passkey. The challenge is used up either way. @throws ApiError 400, 404, 422 */
export function attemptPasskey(
  state: InstanceState,
  user: UserRow,
  prepared: Verification | null,
  credential: unknown,
  origin: string | undefined,
): Attempted {
  const expected = expectationOf(state, prepared, origin);
  const row = findNamedPasskey(state, credential);
  const { credential_id: id = '', public_key: publicKey = {}, sign_count: counter = 0 } = row;
  try {
    const next = refuseUnlessAccepted('passkey_authentication_failure', () => {
      if (row.user_id !== user.id || row.rp_id !== expected.rpId) throw new WebAuthnError('it is for another account');
      return checkAssertion(credential, expected, { id, publicKey, counter });
    });
    state.table('passkeys').update(row.id, { sign_count: next, last_used_at: state.now() });
    return { verification: verified(STRATEGY), refusal: null };
  } catch (error) {
    return { verification: pending(state, STRATEGY, { status: 'failed' }), refusal: error as ApiError };
  }
}

/** @throws ApiError with this code for what is not good @throws Error of any other kind as it is */
function refuseUnlessAccepted<T>(
  code: 'passkey_invalid_verification' | 'passkey_authentication_failure',
  check: () => T,
): T {
  try {
    return check();
  } catch (error) {
    if (error instanceof WebAuthnError) throw refusal(code, `The passkey was not accepted: ${error.message}.`);
    throw error;
  }
}

/** @throws ApiError 400 without a challenge that is still good */
function expectationOf(state: InstanceState, prepared: Verification | null, origin: string | undefined): Expected {
  if (prepared?.nonce === undefined) throw refusal('passkey_invalid_verification', 'No challenge was made for it.');
  refuseUnlessPending(state, prepared);
  const options: unknown = JSON.parse(prepared.nonce);
  const { challenge, rpId, rp } = isRecord(options) ? options : {};
  const site = isRecord(rp) ? rp['id'] : rpId;
  return { challenge: String(challenge), rpId: String(site), origin: origin ?? '' };
}

/** Passkeys are bound to the host of the page. @throws ApiError 400 for a request that no page made */
function rpIdOf(origin: string | undefined): string {
  if (origin === undefined || !URL.canParse(origin))
    throw refusal('passkey_invalid_verification', 'Passkeys are for pages: the request names no origin.');
  return new URL(origin).hostname;
}

const challengeIn = (state: InstanceState): string => Buffer.from(state.secret(32)).toString('base64url');

const descriptors = (rows: readonly PasskeyRow[], rpId: string) =>
  rows.flatMap(({ credential_id: id, rp_id: site }) =>
    id !== undefined && site === rpId ? [{ type: 'public-key', id }] : [],
  );

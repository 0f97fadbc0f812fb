/** Sign-in with any passkey of the browser. The passkey's signature identifies the user. */
import type { InstanceState } from '../../state/instance-state.js';
import type { ClientRow, Fields, SignInRow } from '../../state/rows.js';
import { environmentOf } from '../instance/environment.js';
import { preparePasskey, findNamedPasskey } from '../passkeys/passkeys.js';
import { refusal } from '../records/refusals.js';
import { publicUserData } from '../users/person.js';
import { changeSignIn, refuseSignIn, completeSignInIfReady, startSignIn } from './sign-in-attempt.js';
import { FIRST_STRATEGIES, type PageContext } from './strategies.js';

/** @throws ApiError 400 where passkeys are switched off */
export function startPasskeySignIn(state: InstanceState, client: ClientRow, origin: string | undefined): SignInRow {
  if (!environmentOf(state).user_settings.attributes.passkey.enabled)
    throw refusal('strategy_for_user_invalid', 'Passkeys are not enabled for this instance.');
  return startSignIn(state, client, { first_factor_verification: preparePasskey(state, null, origin) });
}

/** Whether an attempt waits for any passkey. */
export const waitsForPasskey = ({ user_id: user, first_factor_verification: first }: SignInRow): boolean =>
  user === null && first?.strategy === 'passkey';

/** @throws ApiError 400, 403, 404, 422 */
export async function attemptPasskeySignIn(
  state: InstanceState,
  row: SignInRow,
  input: Fields,
  { baseUrl, origin }: PageContext,
): Promise<SignInRow> {
  const user = state.table('users').get(findNamedPasskey(state, input['public_key_credential']).user_id);
  if (user === undefined) throw refusal('sign_in_identification_or_user_deleted', 'The account has been deleted.');
  const subject = { kind: 'sign_in', id: row.id, baseUrl } as const;
  const asked = { state, user, input, prepared: row.first_factor_verification, subject, origin };
  const { verification, refusal: refused } = await FIRST_STRATEGIES.passkey.attempt(asked, 'passkey');
  if (refused !== null) {
    changeSignIn(state, row, { first_factor_verification: verification });
    throw refused;
  }
  refuseSignIn(state, user);
  const { identifier } = publicUserData(state, user.id) as { readonly identifier?: string };
  const named = { user_id: user.id, identifier: identifier ?? null };
  return completeSignInIfReady(state, changeSignIn(state, row, { ...named, first_factor_verification: verification }));
}

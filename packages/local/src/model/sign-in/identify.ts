/** Finds the user that an identifier names. */
import type { InstanceState } from '../../state/instance-state.js';
import type { UserRow } from '../../state/rows.js';
import { connectionsFor } from '../connections/active-connections.js';
import { environmentOf } from '../instance/environment.js';
import type { ApiError } from '../records/api-error.js';
import { refusal } from '../records/refusals.js';
import { isVerified } from '../users/identifications.js';

export interface Identified {
  readonly user: UserRow;
  /** As stored. */
  readonly identifier: string;
}

/** Kinds of identifier that the instance lets people sign in with. */
export const supportedIdentifiers = (state: InstanceState): string[] => {
  const { attributes } = environmentOf(state).user_settings;
  return (['email_address', 'phone_number', 'username', 'web3_wallet', 'passkey'] as const).filter(
    (name) => attributes[name].used_for_first_factor,
  );
};

/** The user's verified address or number, or the username; undefined if nobody has it. */
export function identify(state: InstanceState, text: string): Identified | undefined {
  const allowed = new Set(supportedIdentifiers(state));
  const email = text.trim().toLowerCase();
  const phone = text.replace(/[\s().-]/g, '');
  const held = [
    allowed.has('email_address')
      ? state.table('email_addresses').by('email_address', email).find(isVerified)
      : undefined,
    allowed.has('phone_number') ? state.table('phone_numbers').by('phone_number', phone).find(isVerified) : undefined,
  ].find((row) => row !== undefined);
  const byName = allowed.has('username') ? state.table('users').by('username', email)[0] : undefined;
  const user = held === undefined ? byName : state.table('users').get(held.user_id);
  if (user === undefined) return undefined;
  const identifier = held === undefined ? email : 'email_address' in held ? held.email_address : held.phone_number;
  return { user, identifier };
}

/** @throws ApiError 422 */
export function identifyOrRefuse(
  state: InstanceState,
  text: string,
): Partial<Identified> & Pick<Identified, 'identifier'> {
  const found = identify(state, text);
  if (found !== undefined) return found;
  // The provider of the connection identifies the user, who may be unknown here.
  if (connectionsFor(state, text).length > 0) return { identifier: text.trim().toLowerCase() };
  throw notFoundBy('identifier');
}

export const notFoundBy = (paramName: string): ApiError =>
  refusal('form_identifier_not_found', "Couldn't find your account.", { paramName });

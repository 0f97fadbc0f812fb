/** Sign-in through an enterprise connection, chosen by the domain of the address. The instance plays the identity provider. */
import type { InstanceState } from '../../state/instance-state.js';
import type { Fields, ProviderProfile, SignInRow, Verification } from '../../state/rows.js';
import { connectionsFor, type Connection } from '../connections/active-connections.js';
import { refusal } from '../records/refusals.js';
import { sendToProvider, type RedirectSubject } from '../verification/redirects.js';

export const ENTERPRISE = 'enterprise_sso';

/** The first factors of an address of a connection's domain: no other strategy is offered. */
export const enterpriseFactors = (state: InstanceState, identifier: string | null) =>
  connectionsFor(state, identifier).map(({ id, name }) => ({
    strategy: ENTERPRISE,
    enterprise_connection_id: id,
    enterprise_connection_name: name,
  }));

/** @throws ApiError 422 if the address is of no connection, or of several and none was named */
export function connectionFor(state: InstanceState, identifier: string | null, input: Fields): Connection {
  const all = connectionsFor(state, identifier);
  const wished = input['enterprise_connection_id'];
  const [only, ...others] = wished === undefined || wished === '' ? all : all.filter(({ id }) => id === wished);
  if (only === undefined)
    throw refusal('enterprise_sso_sign_in_connection_missing', 'There is no connection for this address.');
  if (others.length > 0) throw refusal('enterprise_connection_id_is_required_with_multiple_connections');
  return only;
}

/** Sends the browser to the connection's provider. @throws ApiError 422 */
export function sendToConnection(
  state: InstanceState,
  identifier: string | null,
  subject: RedirectSubject,
  input: Fields,
): Verification {
  const { id } = connectionFor(state, identifier, input);
  return { ...sendToProvider(state, ENTERPRISE, subject, input), connection_id: id };
}

/** The provider's profile, with the connection and the id in it. @throws ApiError 400 for an address of another domain, 404 for an unknown user where the connection makes no accounts */
export function profileFromConnection(
  state: InstanceState,
  row: SignInRow,
  profile: ProviderProfile,
  isKnown: (profile: ProviderProfile) => boolean,
): ProviderProfile {
  const id = row.first_factor_verification?.connection_id;
  const connection = connectionsFor(state, profile.email_address).find((each) => each.id === id);
  if (id === undefined || connection === undefined)
    throw refusal(
      'enterprise_sso_email_address_domain_mismatch',
      `The address ${profile.email_address} is not of the connection's domain.`,
    );
  const withConnection = { ...profile, connection_id: id, provider_user_id: `${id}|${profile.email_address}` };
  if (connection.jitProvisioningDisabled && !isKnown(withConnection)) throw refusal('saml_jit_provisioning_disabled');
  return withConnection;
}

/** Accounts of users at enterprise connections. */
import type { InstanceState } from '../../state/instance-state.js';
import type { EnterpriseAccountRow, ProviderProfile, UserRow } from '../../state/rows.js';
import { presentFields } from '../records/present-fields.js';
import { change, defineResource, insert, publish } from '../records/resource.js';
import { users } from '../users/user-records.js';
import { verified } from '../verification/verification.js';
import { activeConnections } from './active-connections.js';

const enterpriseAccounts = defineResource('enterprise_accounts', {
  object: 'enterprise_account',
  idPrefix: 'eac',
  component: 'EnterpriseAccount',
});

export const enterpriseAccountOf = (
  state: InstanceState,
  { connection_id: connection, provider_user_id: id }: ProviderProfile,
): EnterpriseAccountRow | undefined =>
  state
    .table('enterprise_accounts')
    .by('provider_user_id', id)
    .find((row) => row.enterprise_connection_id === connection);

/** Records that the user signed in through a connection, and takes over the names where the connection synchronises them. */
export function linkEnterpriseAccount(state: InstanceState, user: UserRow, profile: ProviderProfile): void {
  const connection = activeConnections(state).find(({ id }) => id === profile.connection_id);
  const fields = {
    email_address: profile.email_address,
    first_name: profile.first_name === '' ? null : profile.first_name,
    last_name: profile.last_name === '' ? null : profile.last_name,
    last_authenticated_at: state.now(),
  };
  const known = enterpriseAccountOf(state, profile);
  if (known !== undefined) state.table('enterprise_accounts').update(known.id, fields);
  else {
    const provider = connection?.provider ?? '';
    insert(state, enterpriseAccounts, {
      ...fields,
      user_id: user.id,
      protocol: provider.startsWith('saml') ? 'saml' : 'oauth',
      provider,
      active: true,
      provider_user_id: profile.provider_user_id,
      enterprise_connection_id: profile.connection_id ?? null,
      public_metadata: {},
      verification: verified('enterprise_sso'),
    });
  }
  const names =
    connection?.syncsUserAttributes === true
      ? presentFields({ first_name: fields.first_name, last_name: fields.last_name })
      : {};
  if (Object.keys(names).length > 0) change(state, users, user.id, names);
  else if (known === undefined) publish(state, users, 'updated', user);
}

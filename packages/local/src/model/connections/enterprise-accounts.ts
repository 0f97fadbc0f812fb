/** Accounts of users at enterprise connections. */
import type { InstanceState } from '../../state/instance-state.js';
import type { EnterpriseAccountRow, ProviderProfile, UserRow } from '../../state/rows.js';
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

/** Notes that the user has come through a connection, and takes the names over where it says so. */
export function linkEnterpriseAccount(state: InstanceState, user: UserRow, profile: ProviderProfile): void {
  const connection = activeConnections(state).find(({ id }) => id === profile.connection_id);
  const told = {
    email_address: profile.email_address,
    first_name: profile.first_name === '' ? null : profile.first_name,
    last_name: profile.last_name === '' ? null : profile.last_name,
    last_authenticated_at: state.now(),
  };
  const known = enterpriseAccountOf(state, profile);
  if (known !== undefined) state.table('enterprise_accounts').update(known.id, told);
  else {
    const provider = connection?.provider ?? '';
    insert(state, enterpriseAccounts, {
      ...told,
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
  const names = connection?.syncs === true ? given({ first_name: told.first_name, last_name: told.last_name }) : {};
  if (Object.keys(names).length > 0) change(state, users, user.id, names);
  else if (known === undefined) publish(state, users, 'updated', user);
}

const given = (fields: Readonly<Record<string, string | null>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(fields).filter((entry): entry is [string, string] => entry[1] !== null));

/** What goes with a row that is removed, and what stays. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { TableName } from '../../../packages/local/src/state/rows.js';
import type { ManagedState } from '../../../packages/local/src/state/create-instance-state.js';
import {
  issueApiKey,
  issueM2MToken,
  issueOAuthToken,
} from '../../../packages/local/src/model/tokens/machine-tokens.js';
import { newState, seedAll, send, type Fixture } from './support.js';

let state: ManagedState;
let ids: Fixture;
let events: string[];

beforeEach(() => {
  events = [];
  state = newState({ onEvent: (type) => events.push(type) });
  ids = seedAll(state);
  for (const subject of [ids['user_id'], ids['other_user_id'], ids['organization_id'], ids['machine_id']])
    issueApiKey(state, { subject: String(subject), name: 'key' });
  for (const userId of [ids['user_id'], ids['other_user_id']])
    issueOAuthToken(state, { userId: String(userId), clientId: 'client_1' });
  const machine = state.table('machines').get(ids['machine_id']);
  if (machine !== undefined) issueM2MToken(state, { machine });
});

const count = (table: TableName, field: string, id: string | undefined): number =>
  state
    .table(table as string)
    .rows()
    .filter((row) => row[field] === id).length;

describe('row 5: deletion of a row', () => {
  const PARTS = ['email_addresses', 'phone_numbers', 'web3_wallets', 'passkeys', 'external_accounts', 'saml_accounts'];
  const OF_USER = [
    ...PARTS.map((table) => [table, 'user_id'] as const),
    ['sessions', 'user_id'],
    ['organization_memberships', 'user_id'],
    ['user_oauth_tokens', 'user_id'],
    ['api_keys', 'subject'],
    ['oauth_access_tokens', 'subject'],
  ] as readonly (readonly [TableName, string])[];

  it('deletes the parts, sessions, memberships and tokens of a user, and no others', async () => {
    for (const [table, field] of OF_USER) expect(count(table, field, ids['user_id']), table).toBeGreaterThan(0);
    const others = count('email_addresses', 'user_id', ids['other_user_id']);
    events.length = 0;
    expect((await send(state, 'DELETE', `/users/${ids['user_id'] ?? ''}`)).status).toBe(200);
    for (const [table, field] of OF_USER) expect(count(table, field, ids['user_id']), table).toBe(0);
    expect(events).toEqual(['session.removed', 'organizationMembership.deleted', 'user.deleted']);
    expect(count('email_addresses', 'user_id', ids['other_user_id'])).toBe(others);
    expect(count('api_keys', 'subject', ids['other_user_id'])).toBe(1);
    expect(count('oauth_access_tokens', 'subject', ids['other_user_id'])).toBe(1);
  });

  it('deletes the memberships, subscriptions and keys of an organization, and ends its activity in sessions', async () => {
    const id = ids['organization_id'];
    const tables = ['organization_memberships', 'subscriptions', 'subscription_items'] as const;
    for (const table of tables) expect(count(table, 'organization_id', id), table).toBeGreaterThan(0);
    events.length = 0;
    expect((await send(state, 'DELETE', `/organizations/${id ?? ''}`)).status).toBe(200);
    for (const table of tables) expect(count(table, 'organization_id', id), table).toBe(0);
    expect(count('api_keys', 'subject', id)).toBe(0);
    expect(state.table('sessions').get(ids['session_id'])?.last_active_organization_id).toBeNull();
    expect(events).toEqual(['organizationMembership.deleted', 'organization.deleted']);
    expect(state.table('users').get(ids['user_id'])).toBeDefined();
  });

  it('deletes the scopes, tokens and keys of a machine', async () => {
    const id = ids['machine_id'] ?? '';
    const scope = { to_machine_id: ids['other_machine_id'] };
    expect((await send(state, 'POST', `/machines/${id}/scopes`, { body: scope })).status).toBe(200);
    expect((await send(state, 'DELETE', `/machines/${id}`)).status).toBe(200);
    expect(count('machine_scopes', 'from_machine_id', id)).toBe(0);
    expect(count('m2m_tokens', 'subject', id)).toBe(0);
    expect(count('api_keys', 'subject', id)).toBe(0);
    expect(state.table('machines').get(ids['other_machine_id'])).toBeDefined();
  });

  it("takes a membership's organization out of sessions", async () => {
    const members = `/organizations/${ids['organization_id'] ?? ''}/memberships`;
    const path = `${members}/${ids['user_id'] ?? ''}`;
    await send(state, 'POST', members, { body: { user_id: ids['other_user_id'], role: 'org:admin' } });
    expect(state.table('sessions').get(ids['session_id'])?.last_active_organization_id).toBe(ids['organization_id']);
    expect((await send(state, 'DELETE', path)).status).toBe(200);
    expect(state.table('sessions').get(ids['session_id'])?.last_active_organization_id).toBeNull();
  });

  it('takes a permission out of its roles, and a role out of its role sets', async () => {
    const permission = await send(state, 'POST', '/organization_permissions', {
      body: { name: 'Read', key: 'org:invoices:read' },
    });
    const role = await send(state, 'POST', '/organization_roles', {
      body: { name: 'Clerk', key: 'org:clerk', permissions: [permission.body.id], include_in_initial_role_set: true },
    });
    const set = () => state.table('role_sets').by('key', 'role_set:default')[0]?.roles;
    expect(set()).toContain('org:clerk');
    expect((await send(state, 'DELETE', `/organization_permissions/${String(permission.body.id)}`)).status).toBe(200);
    expect(state.table('organization_roles').get(String(role.body.id))?.permissions).toEqual([]);
    expect((await send(state, 'DELETE', `/organization_roles/${String(role.body.id)}`)).status).toBe(200);
    expect(set()).not.toContain('org:clerk');
    expect(set()).toContain('org:admin');
  });
});

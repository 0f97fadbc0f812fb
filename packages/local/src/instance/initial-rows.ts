import type { InstanceState } from '../state/instance-state.js';

const SYSTEM_PERMISSIONS = [
  'org:sys_profile:manage',
  'org:sys_profile:delete',
  'org:sys_memberships:read',
  'org:sys_memberships:manage',
  'org:sys_domains:read',
  'org:sys_domains:manage',
  'org:sys_billing:read',
  'org:sys_billing:manage',
  'org:sys_entconns:manage',
  // What an instance has that lets organizations have API keys.
  'org:sys_api_keys:read',
  'org:sys_api_keys:manage',
];

const ROLES = [
  { key: 'org:admin', name: 'Admin', permissions: SYSTEM_PERMISSIONS, is_creator_eligible: true },
  {
    key: 'org:member',
    name: 'Member',
    permissions: ['org:sys_memberships:read', 'org:sys_billing:read'],
    is_creator_eligible: false,
  },
];

/** What every new Clerk instance has: the two roles, their system permissions, and the role set that organizations start with. */
export function insertInitialRows(state: InstanceState): void {
  const times = { created_at: state.now(), updated_at: state.now() };
  for (const key of SYSTEM_PERMISSIONS) {
    const name = key.replace(/^org:sys_/, '').replace(':', ' ');
    state
      .table('organization_permissions')
      .insert({ id: state.id('perm'), object: 'permission', key, name, description: '', type: 'system', ...times });
  }
  for (const role of ROLES) {
    state
      .table('organization_roles')
      .insert({ id: state.id('role'), object: 'role', description: '', ...role, ...times });
  }
  state.table('role_sets').insert({
    id: state.id('roleset'),
    object: 'role_set',
    name: 'Default',
    key: 'role_set:default',
    description: null,
    type: 'initial',
    roles: ROLES.map(({ key }) => key),
    default_role_key: 'org:member',
    creator_role_key: 'org:admin',
    ...times,
  });
}

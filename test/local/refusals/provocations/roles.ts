/** Roles, permissions and role sets. */
import { NEW, made, organization, settings, twice, type Provocation, type Scene } from './scene.js';

async function permissionOf({ call }: Scene, key: string): Promise<string> {
  return String((await call('GET', `/organization_permissions?query=${key}`)).body.data[0].id);
}
async function roleOf({ call }: Scene, key: string): Promise<string> {
  return String((await call('GET', `/organization_roles?query=${key}`)).body.data[0].id);
}
const permissionOfRole = async (scene: Scene) =>
  `/organization_roles/${await roleOf(scene, 'org:member')}/permissions/${await permissionOf(scene, 'org:sys_domains:read')}`;

/** Before a role is created. */
const many = async (scene: Scene, path: string, body: (n: number) => object): Promise<void> => {
  for (let n = 0; (await scene.call('POST', path, body(n))).status < 300 && n < 20;) n++;
};

export const ROLES: readonly Provocation[] = [
  ['a permission given twice', 409, 'organization_role_permission_association_exists', twice('POST', permissionOfRole)],
  [
    'a permission taken where it is not',
    404,
    'organization_role_permission_association_not_found',
    async (scene) => scene.call('DELETE', await permissionOfRole(scene)),
  ],
  [
    'a system permission deleted',
    403,
    'organization_system_permission_not_modifiable',
    async (scene) =>
      scene.call('DELETE', `/organization_permissions/${await permissionOf(scene, 'org:sys_entconns:manage')}`),
  ],
  [
    'a creator role that cannot manage',
    422,
    'organization_missing_creator_role_permissions',
    async (scene) => settings(scene, { creator_role_id: await roleOf(scene, 'org:member') }),
  ],
  [
    'a permission taken from the creator role',
    422,
    'organization_missing_creator_role_permissions',
    async (scene) =>
      scene.call(
        'DELETE',
        `/organization_roles/${await roleOf(scene, 'org:admin')}/permissions/${await permissionOf(scene, 'org:sys_profile:delete')}`,
      ),
  ],
  [
    'the creator role deleted',
    422,
    'organization_role_default_creator_role',
    async (scene) => scene.call('DELETE', `/organization_roles/${await roleOf(scene, 'org:admin')}`),
  ],
  [
    'the default role of domains deleted',
    422,
    'organization_role_domain_default_role',
    async (scene) => scene.call('DELETE', `/organization_roles/${await roleOf(scene, 'org:member')}`),
  ],
  ...(['memberships', 'invitations'] as const).map((where): Provocation => [
    `a role of ${where} deleted`,
    422,
    where === 'memberships' ? 'organization_role_assigned_members' : 'organization_role_exists_in_invitations',
    async (scene) => {
      const path = await made(scene, '/organization_roles', { name: 'Editor', key: 'org:editor' });
      await made(scene, `${organization(scene.ids)}/${where}`, {
        ...(where === 'memberships' ? { user_id: scene.ids['other_user_id'] } : NEW),
        role: 'org:editor',
      });
      return scene.call('DELETE', path);
    },
  ]),
  [
    'one role too many',
    403,
    'organization_instance_roles_quota_exceeded',
    async (scene) => {
      const body = (n: number) => ({ name: 'x', key: `org:r${n}` });
      await many(scene, '/organization_roles', body);
      return scene.call('POST', '/organization_roles', body(99));
    },
  ],
  [
    'one role set too many',
    403,
    'organization_instance_role_sets_quota_exceeded',
    async (scene) => {
      const body = (n: number) => ({
        name: 'x',
        key: `role_set:s${n}`,
        roles: ['org:admin'],
        default_role_key: 'org:admin',
        creator_role_key: 'org:admin',
      });
      await many(scene, '/role_sets', body);
      return scene.call('POST', '/role_sets', body(99));
    },
  ],
  ...(
    [
      ['missing', {}],
      ['invalid', { 'org:admin': 'org:nothing' }],
    ] as const
  ).map(([how, mappings]): Provocation => [
    `members without a role in the new set, mappings ${how}`,
    422,
    `organization_role_set_reassignment_mappings_${how}`,
    async (scene) => {
      await made(scene, '/role_sets', {
        name: 'x',
        key: 'role_set:x',
        roles: ['org:member'],
        default_role_key: 'org:member',
        creator_role_key: 'org:member',
      });
      return scene.call('POST', '/role_sets/role_set:default/replace', {
        dest_role_set_key: 'role_set:x',
        reassignment_mappings: mappings,
      });
    },
  ]),
];

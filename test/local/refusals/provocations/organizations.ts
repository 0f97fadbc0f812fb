/** Organizations, their members, invitations and domains. */
import type { Fixture } from '../../backend-api/support.js';
import { NEW, made, organization, post, settings, twice, user, type Provocation } from './scene.js';

const domains = (ids: Fixture) => `${organization(ids)}/domains`;
const domain = (name: string, mode = 'manual_invitation') => ({ name, enrollment_mode: mode });

export const ORGANIZATIONS: readonly Provocation[] = [
  [
    'an unknown creator',
    400,
    'organization_creator_not_found',
    post('/organizations', { name: 'New', created_by: 'user_nobody' }),
  ],
  [
    'one organization too many',
    403,
    'org_creation_limit_exceeded',
    async ({ call, ids }) => {
      await call('PATCH', user(ids), { create_organizations_limit: 1 });
      return call('POST', '/organizations', { name: 'New', created_by: ids['user_id'] });
    },
  ],
  [
    'organizations switched off',
    403,
    'organization_not_enabled_in_instance',
    async (scene) => (await settings(scene, { enabled: false }), scene.call('POST', '/organizations', { name: 'New' })),
  ],
  [
    'slugs switched off',
    403,
    'organization_slugs_disabled',
    async (scene) => (
      await settings(scene, { slug_disabled: true }),
      scene.call('POST', '/organizations', { name: 'New', slug: 'new' })
    ),
  ],
  [
    'a member twice',
    400,
    'already_a_member_in_organization',
    post(
      (ids) => `${organization(ids)}/memberships`,
      (ids: Fixture) => ({ user_id: ids['user_id'], role: 'org:member' }),
    ),
  ],
  [
    'a sixth member',
    403,
    'organization_membership_quota_exceeded',
    async (scene) => {
      const { call, ids } = scene;
      for (;;) {
        const { body } = await call('POST', '/users', {});
        const answer = await call('POST', `${organization(ids)}/memberships`, { user_id: body.id, role: 'org:member' });
        if (answer.status !== 200) return answer;
      }
    },
  ],
  [
    'the last admin leaves',
    400,
    'organization_minimum_permissions_needed',
    ({ call, ids }) => call('DELETE', `${organization(ids)}/memberships/${ids['user_id']}`),
  ],
  [
    'the last admin is demoted',
    400,
    'organization_minimum_permissions_needed',
    ({ call, ids }) => call('PATCH', `${organization(ids)}/memberships/${ids['user_id']}`, { role: 'org:member' }),
  ],
  [
    'an address invited twice',
    400,
    'organization_invitation_not_unique',
    twice('POST', ({ ids }) => `${organization(ids)}/invitations`, { ...NEW, role: 'org:member' }),
  ],
  [
    'an invitation revoked twice',
    404,
    'organization_invitation_not_pending',
    twice(
      'POST',
      async (scene) =>
        `${await made(scene, `${organization(scene.ids)}/invitations`, { ...NEW, role: 'org:member' })}/revoke`,
    ),
  ],
  [
    'an invitation revoked by nobody of the organization',
    403,
    'not_a_member_in_organization',
    async (scene) =>
      scene.call(
        'POST',
        `${await made(scene, `${organization(scene.ids)}/invitations`, { ...NEW, role: 'org:member' })}/revoke`,
        { requesting_user_id: scene.ids['other_user_id'] },
      ),
  ],
  [
    'an invitation revoked by a plain member',
    403,
    'missing_organization_permission',
    async (scene) => {
      const { call, ids } = scene;
      const path = await made(scene, `${organization(ids)}/invitations`, { ...NEW, role: 'org:member' });
      await call('POST', `${organization(ids)}/memberships`, { user_id: ids['other_user_id'], role: 'org:member' });
      return call('POST', `${path}/revoke`, { requesting_user_id: ids['other_user_id'] });
    },
  ],
  [
    'a domain twice',
    422,
    'organization_domain_already_exists_same_organization',
    twice('POST', ({ ids }) => domains(ids), domain('acme.test')),
  ],
  [
    'a domain of another organization',
    422,
    'organization_domain_already_exists',
    async (scene) => {
      await made(scene, domains(scene.ids), domain('acme.test'));
      return scene.call('POST', `${await made(scene, '/organizations', { name: 'New' })}/domains`, domain('acme.test'));
    },
  ],
  ['a domain of a mail provider', 422, 'organization_domain_common', post(domains, domain('gmail.com'))],
  [
    'a mode that is switched off',
    403,
    'organization_domain_enrollment_mode_not_enabled',
    async (scene) => (
      await settings(scene, { domains_enrollment_modes: ['manual_invitation'] }),
      scene.call('POST', domains(scene.ids), domain('acme.test', 'automatic_invitation'))
    ),
  ],
  [
    'domains switched off',
    403,
    'organization_domains_not_enabled',
    async (scene) => (
      await settings(scene, { domains_enabled: false }),
      scene.call('POST', domains(scene.ids), domain('acme.test'))
    ),
  ],
];

/** The instance's own settings, what changes its domain, and its signing keys. */
import { changeSettings, settingsOf, type SettingsGroup } from '../../../model/instance/settings.js';
import { invalidValue, missing, notFound } from '../../../model/records/refusals.js';
import { requireMinimumPermissions } from '../../../model/organizations/roles.js';
import { readUrl } from '../../../model/records/text-formats.js';
import type { InstanceSettingsUpdateOrganizationSettingsParams } from '../../../../../../src/api/generated/types.js';
import type { InstanceState } from '../../../state/instance-state.js';
import type { Fields, RoleRow } from '../../../state/rows.js';
import { bodyOf, type Handler, type Handlers } from '../../engine/operation.js';

const answer = (state: InstanceState, group: SettingsGroup, object: string): Fields => ({
  object,
  ...settingsOf(state, group),
});

const read =
  (group: SettingsGroup, object: string): Handler =>
  (_call, state) =>
    answer(state, group, object);

const write =
  (group: SettingsGroup, object: string): Handler =>
  (call, state) => {
    changeSettings(state, group, bodyOf(call));
    return answer(state, group, object);
  };

const MODES = ['manual_invitation', 'automatic_invitation', 'automatic_suggestion'];

/** Roles are named by id here, and by key in the answer. @throws ApiError 404, 422 */
const writeOrganizationSettings: Handler = (call, state) => {
  const {
    creator_role_id: creator,
    domains_default_role_id: member,
    ...rest
  } = bodyOf<InstanceSettingsUpdateOrganizationSettingsParams>(call);
  const creatorRole = roleOf(state, 'creator_role', creator);
  if (creatorRole) requireMinimumPermissions(creatorRole.key, creatorRole.permissions, 'creator_role_id');
  const memberRole = roleOf(state, 'domains_default_role', member);
  const known = settingsOf(state, 'organizations').domains_enrollment_modes;
  const modes = rest.domains_enrollment_modes ?? [];
  if (modes.some((mode) => !MODES.includes(mode) && !known.includes(mode)))
    throw invalidValue('domains_enrollment_modes', 'has an unknown mode');
  changeSettings(state, 'organizations', {
    ...rest,
    ...(creatorRole ? { creator_role: creatorRole.key } : {}),
    ...(memberRole ? { domains_default_role: memberRole.key } : {}),
  });
  return answer(state, 'organizations', 'organization_settings');
};

function roleOf(state: InstanceState, setting: string, id: string | null | undefined): RoleRow | undefined {
  if (typeof id !== 'string') return undefined;
  const roles = state.table('organization_roles');
  const role = roles.get(id) ?? roles.by('key', id)[0];
  if (role) return role;
  throw notFound('organization role', id, `${setting}_id`);
}

/** Accepted and without effect: an offline instance has no DNS. */
export const changeDomain: Handler = (call) => {
  const { home_url: home } = bodyOf(call);
  if (typeof home !== 'string') throw missing('home_url');
  readUrl(/^[a-z]+:\/\//i.test(home) ? home : `https://${home}`, 'home_url');
  return undefined;
};

export const instanceHandlers: Handlers = {
  GetJWKS: (_call, state) => state.keys.jwks(),
  GetInstance: (_call, state) => ({
    object: 'instance',
    id: state.instanceId,
    environment_type: state.instanceType,
    allowed_origins: settingsOf(state, 'instance').allowed_origins,
    workspace_id: null,
  }),
  UpdateInstance: (call, state) => {
    changeSettings(state, 'instance', bodyOf(call));
  },
  UpdateInstanceRestrictions: write('restrictions', 'instance_restrictions'),
  GetInstanceProtect: read('protect', 'instance_protect'),
  UpdateInstanceProtect: write('protect', 'instance_protect'),
  GetInstanceCommunication: read('communication', 'instance_communication'),
  UpdateInstanceCommunication: write('communication', 'instance_communication'),
  GetInstanceOAuthApplicationSettings: read('oauth', 'oauth_application_settings'),
  UpdateInstanceOAuthApplicationSettings: write('oauth', 'oauth_application_settings'),
  GetInstanceOrganizationSettings: read('organizations', 'organization_settings'),
  UpdateInstanceOrganizationSettings: writeOrganizationSettings,
  UpdateInstanceAuthConfig: (call, state) => {
    changeSettings(state, 'auth', bodyOf(call));
    return { ...answer(state, 'auth', 'instance_settings'), id: state.instanceId };
  },
  ChangeProductionInstanceDomain: changeDomain,
  UpdateProductionInstanceDomain: changeDomain,
};

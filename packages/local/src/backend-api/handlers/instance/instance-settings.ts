/** The instance's own settings, and what changes its domain. */
import { readUrl } from '../../../model/records/text-formats.js';
import { ApiError, bodyOf } from '../../engine/operation.js';
import type { Handler, Handlers } from '../../engine/operation.js';
import { invalidValue, missing } from '../../../model/records/refusals.js';
import { changeSettings, settingsOf } from '../../../model/instance/settings.js';
import type { SettingsGroup } from '../../../model/instance/settings.js';
import type { InstanceState } from '../../../state/instance-state.js';

type Fields = Readonly<Record<string, unknown>>;

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

/** Roles are named by id here, and by key in the answer. @throws ApiError 404, 422 */
const writeOrganizationSettings: Handler = (call, state) => {
  const { creator_role_id: creator, domains_default_role_id: member, ...rest } = bodyOf(call);
  const known = settingsOf(state, 'organizations')['domains_enrollment_modes'] as readonly string[];
  const modes = (rest['domains_enrollment_modes'] ?? []) as readonly string[];
  const all = ['manual_invitation', 'automatic_invitation', 'automatic_suggestion', ...known];
  if (modes.some((mode) => !all.includes(mode))) throw invalidValue('domains_enrollment_modes', 'has an unknown mode');
  const patch = {
    ...rest,
    ...roleKey(state, 'creator_role', creator),
    ...roleKey(state, 'domains_default_role', member),
  };
  changeSettings(state, 'organizations', patch);
  return answer(state, 'organizations', 'organization_settings');
};

function roleKey(state: InstanceState, setting: string, id: unknown): Fields {
  if (typeof id !== 'string') return {};
  const roles = state.table('organization_roles');
  const role = roles.get(id) ?? roles.by('key', id)[0];
  if (role) return { [setting]: role['key'] };
  throw new ApiError(404, 'resource_not_found', 'not found', {
    longMessage: `No organization role was found with id ${id}.`,
    paramName: `${setting}_id`,
  });
}

/** Accepted and without effect: an offline instance has no DNS. */
export const changeDomain: Handler = (call) => {
  const home = bodyOf(call)['home_url'];
  if (typeof home !== 'string') throw missing('home_url');
  readUrl(/^[a-z]+:\/\//i.test(home) ? home : `https://${home}`, 'home_url');
  return undefined;
};

export const instanceHandlers: Handlers = {
  GetInstance: (_call, state) => ({
    object: 'instance',
    id: state.instanceId,
    environment_type: state.instanceType,
    allowed_origins: settingsOf(state, 'instance')['allowed_origins'],
  }),
  UpdateInstance: (call, state) => void changeSettings(state, 'instance', bodyOf(call)),
  UpdateInstanceRestrictions: write('restrictions', 'instance_restrictions'),
  GetInstanceProtect: read('protect', 'instance_protect'),
  UpdateInstanceProtect: write('protect', 'instance_protect'),
  UpdateInstanceOrganizationSettings: writeOrganizationSettings,
  UpdateInstanceAuthConfig: (call, state) => {
    changeSettings(state, 'auth', bodyOf(call));
    return { ...answer(state, 'auth', 'instance_settings'), id: state.instanceId };
  },
  ChangeProductionInstanceDomain: changeDomain,
  UpdateProductionInstanceDomain: changeDomain,
};

/** `GET /instance/organization_settings`, of newer versions. */
export const readOrganizationSettings: Handler = read('organizations', 'organization_settings');

/** The instance's own settings, and what changes its domain. */
import { readUrl } from '../addresses.js';
import { ApiError, bodyOf } from '../operation.js';
import type { Handler, Handlers } from '../operation.js';
import { invalidValue, missing } from '../refusals.js';
import { changeSettings, settingsOf } from '../settings.js';
import type { SettingsGroup } from '../settings.js';
import type { World } from '../../instance-state.js';

type Fields = Readonly<Record<string, unknown>>;

const answer = (world: World, group: SettingsGroup, object: string): Fields => ({
  object,
  ...settingsOf(world, group),
});

const read =
  (group: SettingsGroup, object: string): Handler =>
  (_call, world) =>
    answer(world, group, object);

const write =
  (group: SettingsGroup, object: string): Handler =>
  (call, world) => {
    changeSettings(world, group, bodyOf(call));
    return answer(world, group, object);
  };

/** Roles are named by id here, and by key in the answer. @throws ApiError 404, 422 */
const writeOrganizationSettings: Handler = (call, world) => {
  const { creator_role_id: creator, domains_default_role_id: member, ...rest } = bodyOf(call);
  const known = settingsOf(world, 'organizations')['domains_enrollment_modes'] as readonly string[];
  const modes = (rest['domains_enrollment_modes'] ?? []) as readonly string[];
  const all = ['manual_invitation', 'automatic_invitation', 'automatic_suggestion', ...known];
  if (modes.some((mode) => !all.includes(mode))) throw invalidValue('domains_enrollment_modes', 'has an unknown mode');
  const patch = {
    ...rest,
    ...roleKey(world, 'creator_role', creator),
    ...roleKey(world, 'domains_default_role', member),
  };
  changeSettings(world, 'organizations', patch);
  return answer(world, 'organizations', 'organization_settings');
};

function roleKey(world: World, setting: string, id: unknown): Fields {
  if (typeof id !== 'string') return {};
  const roles = world.table('organization_roles');
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
  GetInstance: (_call, world) => ({
    object: 'instance',
    id: world.instanceId,
    environment_type: world.instanceType,
    allowed_origins: settingsOf(world, 'instance')['allowed_origins'],
  }),
  UpdateInstance: (call, world) => void changeSettings(world, 'instance', bodyOf(call)),
  UpdateInstanceRestrictions: write('restrictions', 'instance_restrictions'),
  GetInstanceProtect: read('protect', 'instance_protect'),
  UpdateInstanceProtect: write('protect', 'instance_protect'),
  UpdateInstanceOrganizationSettings: writeOrganizationSettings,
  UpdateInstanceAuthConfig: (call, world) => {
    changeSettings(world, 'auth', bodyOf(call));
    return { ...answer(world, 'auth', 'instance_settings'), id: world.instanceId };
  },
  ChangeProductionInstanceDomain: changeDomain,
  UpdateProductionInstanceDomain: changeDomain,
};

/** `GET /instance/organization_settings`, of newer versions. */
export const readOrganizationSettings: Handler = read('organizations', 'organization_settings');

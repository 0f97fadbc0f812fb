/** Directories that provision users (SCIM), as settings: nothing provisions here. `/scim_directories` is the older name of `/directories`. */
import type { DirectoriesCreateParams, DirectoriesUpdateParams } from '../../../../../src/api/generated/types.js';
import type { InstanceState } from '../../state/instance-state.js';
import type { DirectoryRow, Fields } from '../../state/rows.js';
import { invalidValue, refusal } from '../records/refusals.js';
import { change, create, defineResource } from '../records/resource.js';

export const directories = defineResource('directories', {
  object: 'directory',
  idPrefix: 'dir',
  component: 'Directory',
  // The key is shown once, by the creation.
  view: ({ api_key: _key, group_role_mappings: _mappings, ...row }, state) => ({
    ...row,
    endpoint_url: `${state.frontendApiUrl}/scim/v2/${row.id}`,
  }),
});

/** @throws ApiError 422 */
export function createDirectory(state: InstanceState, body: DirectoriesCreateParams): DirectoryRow {
  const { enterprise_connection_id: connectionId, provider, group_role_mappings: mappings = [] } = body;
  const connection = state.table('enterprise_connections').get(connectionId);
  if (!connection) throw invalidValue('enterprise_connection_id', 'is the id of no enterprise connection');
  if (state.table('directories').by('enterprise_connection_id', connectionId).length > 0)
    throw refusal('scim_directory_enterprise_connection_already_used', undefined, {
      paramName: 'enterprise_connection_id',
    });
  const roles = state.table('organization_roles');
  if (mappings.some(({ role_id: role }) => !roles.get(role)))
    throw invalidValue('group_role_mappings', 'has the id of no organization role');
  return create(state, directories, {
    enterprise_connection_id: connection.id,
    name: body.name ?? connection.name,
    provider,
    enabled: true,
    group_role_mapping_enabled: mappings.length > 0,
    group_role_mappings: mappings,
    attribute_mapping: {},
    api_key: `scim_${state.secret(32)}`,
  });
}

/** In the mapping null removes an attribute, and what is not named stays. */
export function updateDirectory(state: InstanceState, row: DirectoryRow, body: DirectoriesUpdateParams): DirectoryRow {
  const { attribute_mapping: mapping, ...fields } = body;
  const merged = Object.entries({ ...row.attribute_mapping, ...mapping }).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  );
  return change(state, directories, row.id, { ...fields, attribute_mapping: Object.fromEntries(merged) });
}

/** Under the name by which it was asked for; the secret only where it is shown. */
export const shownAs = (object: 'directory' | 'scim_directory', row: DirectoryRow, state: InstanceState): Fields => ({
  ...directories.view(row, state),
  object,
});

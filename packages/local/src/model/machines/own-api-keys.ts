/** API keys as people make them for themselves and for their organizations, without the backend. */
import type { InstanceState } from '../../state/instance-state.js';
import type { ApiKeyRow, UserRow } from '../../state/rows.js';
import { environmentOf } from '../instance/environment.js';
import { membershipOf } from '../organizations/organization-records.js';
import { requirePermission, requireMember } from '../organizations/member-permissions.js';
import { refusal } from '../records/refusals.js';
import { apiKeysOf, createApiKey, findApiKey, noApiKey } from './api-keys.js';

export type Access = 'read' | 'manage';

/** The fields of a key that a user may choose. Scopes and claims are set by the Backend API alone. */
export interface OwnApiKey {
  readonly subject: string;
  readonly name: string;
  readonly type?: string | undefined;
  readonly description: string | null;
  readonly secondsUntilExpiration: number | null;
}

/** The user, or an organization in which the user's role allows it. @throws ApiError 403, 404, and 422 where such keys are switched off */
export function requireOwnSubject(state: InstanceState, user: UserRow, subject: string, access: Access): void {
  const {
    enabled,
    user_api_keys_enabled: ofUsers,
    orgs_api_keys_enabled: ofOrganizations,
  } = environmentOf(state).api_keys_settings;
  const isUser = subject === user.id;
  if (!isUser) {
    const standing = requireMember(state, subject, user.id);
    requirePermission(state, standing, `org:sys_api_keys:${access}`);
  }
  if (!enabled || !(isUser ? ofUsers : ofOrganizations)) throw refusal('api_keys_not_enabled');
}

/** Keys of other subjects are not found. @throws ApiError 403, 404, 422 */
export function findOwnApiKey(state: InstanceState, user: UserRow, id: string, access: Access): ApiKeyRow {
  const key = findApiKey(state, id);
  if (key.subject !== user.id && membershipOf(state, key.subject, user.id) === undefined) throw noApiKey();
  requireOwnSubject(state, user, key.subject, access);
  return key;
}

/** @throws ApiError 403, 404, 409, 422 */
export function createOwnApiKey(state: InstanceState, user: UserRow, wanted: OwnApiKey): ApiKeyRow {
  requireOwnSubject(state, user, wanted.subject, 'manage');
  const { subject, name, type = 'api_key', description, secondsUntilExpiration: seconds } = wanted;
  const held = apiKeysOf(state, { subject, type, text: '', all: false });
  if (held.some((key) => key.name === name)) throw refusal('token_creation_conflict', undefined, { paramName: 'name' });
  const body = { subject, name, type, description, created_by: user.id };
  return createApiKey(state, seconds === null ? body : { ...body, seconds_until_expiration: seconds });
}

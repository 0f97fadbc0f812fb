/** API keys of users, organizations and machines. */
import type { ApiKeysCreateParams, ApiKeysUpdateParams } from '../../../../../src/api/generated/types.js';
import { lookUp } from '../../ground/look-up.js';
import type { Draft, InstanceState } from '../../state/instance-state.js';
import type { ApiKeyRow, Fields } from '../../state/rows.js';
import type { ApiError } from '../records/api-error.js';
import { refusal } from '../records/refusals.js';
import { isExpired, isGood, issueApiKey } from '../tokens/machine-tokens.js';

/** Where the subject of a key is kept, by the prefix of its id. */
const SUBJECTS = { user: 'users', org: 'organizations', mch: 'machines' } as const;

export const viewApiKey = (state: InstanceState, row: ApiKeyRow): Fields => ({
  ...row,
  expired: isExpired(state, row),
});

export function noApiKey(): ApiError {
  return refusal('resource_not_found', 'No API key was found.');
}

/** @throws ApiError 404 */
export function findApiKey(state: InstanceState, id: string): ApiKeyRow {
  const row = state.table('api_keys').get(id.replace(/^api_key_/, 'ak_'));
  if (row === undefined) throw noApiKey();
  return row;
}

/** The key's row, marked as used. SDKs take any 200 for a good key. @throws ApiError 404 unless it is good */
export function useApiKey(state: InstanceState, secret: string): ApiKeyRow {
  const table = state.table('api_keys');
  const row = table.by('secret', secret)[0];
  if (row === undefined || !isGood(state, row)) throw noApiKey();
  return table.update(row.id, { last_used_at: state.now() }) ?? row;
}

/** @throws ApiError 400 for a subject that does not exist */
export function createApiKey(state: InstanceState, body: ApiKeysCreateParams): ApiKeyRow {
  requireSubject(state, body.subject);
  return issueApiKey(state, {
    subject: body.subject,
    name: body.name,
    type: body.type ?? 'api_key',
    description: body.description ?? null,
    claims: body.claims ?? null,
    scopes: body.scopes ?? [],
    createdBy: body.created_by ?? null,
    expiresInSeconds: body.seconds_until_expiration ?? null,
  });
}

/** @throws ApiError 400 for a subject that does not exist */
export function updateApiKey(state: InstanceState, key: ApiKeyRow, body: ApiKeysUpdateParams): ApiKeyRow {
  const { seconds_until_expiration: seconds, ...patch } = body;
  if (typeof patch.subject === 'string') requireSubject(state, patch.subject);
  const expiration = seconds === null ? null : state.now() + (seconds ?? 0) * 1000;
  return change(state, key, { ...patch, ...(seconds === undefined ? {} : { expiration }) });
}

export function revokeApiKey(state: InstanceState, key: ApiKeyRow, reason: string | null): ApiKeyRow {
  return change(state, key, { revoked: true, revocation_reason: reason });
}

function change(state: InstanceState, key: ApiKeyRow, patch: Draft<ApiKeyRow>): ApiKeyRow {
  return state.table('api_keys').update(key.id, { ...patch, updated_at: state.now() }) ?? key;
}

function requireSubject(state: InstanceState, subject: string): void {
  const table = lookUp(SUBJECTS, subject.split('_')[0] ?? '');
  if (table === undefined || state.table(table).get(subject) !== undefined) return;
  throw refusal('form_param_value_invalid', `There is no ${subject}.`, { paramName: 'subject', second: true });
}

/** Keys of a subject, newest first. */
export function apiKeysOf(
  state: InstanceState,
  wanted: { readonly subject: string; readonly type: string; readonly text: string; readonly all: boolean },
): ApiKeyRow[] {
  return state
    .table('api_keys')
    .by('subject', wanted.subject)
    .filter((row) => row.type === wanted.type && (wanted.all || isGood(state, row)))
    .filter((row) => `${row.id} ${row.name}`.toLowerCase().includes(wanted.text.toLowerCase()))
    .reverse();
}

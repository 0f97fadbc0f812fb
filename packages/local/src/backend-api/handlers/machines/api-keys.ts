/** API keys of users, organizations and machines. */
import type {
  ApiKeysCreateParams,
  ApiKeysListParams,
  ApiKeysRevokeParams,
  ApiKeysUpdateParams,
  ApiKeysVerifyParams,
} from '../../../../../../src/api/generated/types.js';
import {
  apiKeysOf,
  createApiKey,
  findApiKey,
  revokeApiKey,
  updateApiKey,
  useApiKey,
  viewApiKey,
} from '../../../model/machines/api-keys.js';
import { pageOf } from '../../../model/records/listing.js';
import type { InstanceState } from '../../../state/instance-state.js';
import type { ApiKeyRow } from '../../../state/rows.js';
import { bodyOf, param, queryOf, type Handlers, type OperationCall } from '../../engine/operation.js';

const keyOf = (call: OperationCall, state: InstanceState): ApiKeyRow => findApiKey(state, param(call, 'apiKeyID'));

export const apiKeyHandlers: Handlers = {
  createApiKey: (call, state) => viewApiKey(state, createApiKey(state, bodyOf<ApiKeysCreateParams>(call))),
  getApiKeys(call, state) {
    const query = queryOf<ApiKeysListParams>(call);
    const found = apiKeysOf(state, {
      subject: query.subject,
      type: query.type ?? 'api_key',
      text: query.query ?? '',
      all: String(query.include_invalid) === 'true',
    });
    return pageOf(found, { limit: 10, ...query }, (row) => viewApiKey(state, row));
  },
  getApiKey: (call, state) => viewApiKey(state, keyOf(call, state)),
  updateApiKey: (call, state) =>
    viewApiKey(state, updateApiKey(state, keyOf(call, state), bodyOf<ApiKeysUpdateParams>(call))),
  deleteApiKey(call, state) {
    const { id } = keyOf(call, state);
    state.table('api_keys').delete(id);
    return { object: 'api_key', id, deleted: true };
  },
  getApiKeySecret: (call, state) => ({ secret: keyOf(call, state).secret }),
  revokeApiKey(call, state) {
    const key = keyOf(call, state);
    const reason = bodyOf<ApiKeysRevokeParams>(call).revocation_reason ?? null;
    return viewApiKey(state, revokeApiKey(state, key, reason));
  },
  verifyApiKey: (call, state) => viewApiKey(state, useApiKey(state, bodyOf<ApiKeysVerifyParams>(call).secret)),
};

/** API keys of users, organizations and machines. */
import { isExpired, issueApiKey } from '../../../model/tokens/machine-tokens.js';
import type { Row, InstanceState } from '../../../state/instance-state.js';
import { ApiError, bodyOf } from '../../engine/operation.js';
import type { Handlers, OperationCall } from '../../engine/operation.js';
import { lookUp } from '../../../shared/look-up.js';

/** Where the subject of a key is kept, by the prefix of its id. */
const SUBJECTS: Readonly<Record<string, string>> = { user: 'users', org: 'organizations', mch: 'machines' };

export const apiKeysHandlers: Handlers = {
  createApiKey(call, state) {
    const body = bodyOf(call);
    requireSubject(state, String(body['subject']));
    const row = issueApiKey(state, {
      subject: String(body['subject']),
      name: String(body['name']),
      type: (body['type'] ?? 'api_key') as string,
      description: (body['description'] ?? null) as string | null,
      claims: (body['claims'] ?? null) as Readonly<Record<string, unknown>> | null,
      scopes: (body['scopes'] ?? []) as readonly string[],
      createdBy: (body['created_by'] ?? null) as string | null,
      expiresInSeconds: (body['seconds_until_expiration'] ?? null) as number | null,
    });
    return view(state, row);
  },

  getApiKeys(call, state) {
    const {
      subject,
      type = 'api_key',
      include_invalid: all = 'false',
      query = '',
      limit = 10,
      offset = 0,
    } = call.query;
    const text = String(query).toLowerCase();
    const found = state
      .table('api_keys')
      .by('subject', subject)
      .filter((row) => row['type'] === type && (String(all) === 'true' || isGood(state, row)))
      .filter((row) => `${row.id} ${String(row['name'])}`.toLowerCase().includes(text))
      .reverse();
    const page = found.slice(Number(offset), Number(offset) + Number(limit));
    return { data: page.map((row) => view(state, row)), total_count: found.length };
  },

  getApiKey: (call, state) => view(state, keyOf(call, state)),

  updateApiKey(call, state) {
    const { id } = keyOf(call, state);
    const { seconds_until_expiration: seconds, ...patch } = bodyOf(call);
    if (patch['subject'] !== undefined) requireSubject(state, patch['subject'] as string);
    const expiration =
      seconds === undefined ? {} : { expiration: seconds === null ? null : state.now() + Number(seconds) * 1000 };
    return change(state, id, { ...patch, ...expiration });
  },

  deleteApiKey(call, state) {
    const { id } = keyOf(call, state);
    state.table('api_keys').delete(id);
    return { object: 'api_key', id, deleted: true };
  },

  getApiKeySecret: (call, state) => ({ secret: keyOf(call, state)['secret'] }),

  revokeApiKey(call, state) {
    const { id } = keyOf(call, state);
    return change(state, id, { revoked: true, revocation_reason: bodyOf(call)['revocation_reason'] ?? null });
  },

  verifyApiKey(call, state) {
    const table = state.table('api_keys');
    const row = table.by('secret', bodyOf(call)['secret'])[0];
    // SDKs take any 200 for a good key.
    if (row === undefined || !isGood(state, row)) throw notFound();
    return view(state, table.update(row.id, { last_used_at: state.now() }) ?? row);
  },
};

function isGood(state: InstanceState, row: Row): boolean {
  return row['revoked'] !== true && !isExpired(state, row);
}

function view(state: InstanceState, row: Row): Record<string, unknown> {
  return { ...row, expired: isExpired(state, row) };
}

function change(state: InstanceState, id: string, patch: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const row = state.table('api_keys').update(id, { ...patch, updated_at: state.now() });
  if (row === undefined) throw notFound();
  return view(state, row);
}

function keyOf(call: OperationCall, state: InstanceState): Row {
  const id = (call.params['apiKeyID'] ?? '').replace(/^api_key_/, 'ak_');
  const row = state.table('api_keys').get(id);
  if (row === undefined) throw notFound();
  return row;
}

function requireSubject(state: InstanceState, subject: string): void {
  const table = lookUp(SUBJECTS, subject.split('_')[0] ?? '');
  if (table === undefined || state.table(table).get(subject) !== undefined) return;
  throw new ApiError(400, 'form_param_value_invalid', 'is invalid', {
    longMessage: `There is no ${subject}.`,
    paramName: 'subject',
  });
}

function notFound(): ApiError {
  return new ApiError(404, 'resource_not_found', 'not found', { longMessage: 'No API key was found.' });
}

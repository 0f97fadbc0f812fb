/** API keys of users, organizations and machines. */
import { isExpired, issueApiKey } from '../../tokens/machine-tokens.js';
import type { Row, World } from '../../instance-state.js';
import { ApiError, bodyOf } from '../operation.js';
import type { Handlers, OperationCall } from '../operation.js';
import { lookUp } from '../../look-up.js';

/** Where the subject of a key is kept, by the prefix of its id. */
const SUBJECTS: Readonly<Record<string, string>> = { user: 'users', org: 'organizations', mch: 'machines' };

export const apiKeysHandlers: Handlers = {
  createApiKey(call, world) {
    const body = bodyOf(call);
    requireSubject(world, String(body['subject']));
    const row = issueApiKey(world, {
      subject: String(body['subject']),
      name: String(body['name']),
      type: (body['type'] ?? 'api_key') as string,
      description: (body['description'] ?? null) as string | null,
      claims: (body['claims'] ?? null) as Readonly<Record<string, unknown>> | null,
      scopes: (body['scopes'] ?? []) as readonly string[],
      createdBy: (body['created_by'] ?? null) as string | null,
      expiresInSeconds: (body['seconds_until_expiration'] ?? null) as number | null,
    });
    return view(world, row);
  },

  getApiKeys(call, world) {
    const {
      subject,
      type = 'api_key',
      include_invalid: all = 'false',
      query = '',
      limit = 10,
      offset = 0,
    } = call.query;
    const text = String(query).toLowerCase();
    const found = world
      .table('api_keys')
      .by('subject', subject)
      .filter((row) => row['type'] === type && (String(all) === 'true' || isGood(world, row)))
      .filter((row) => `${row.id} ${String(row['name'])}`.toLowerCase().includes(text))
      .reverse();
    const page = found.slice(Number(offset), Number(offset) + Number(limit));
    return { data: page.map((row) => view(world, row)), total_count: found.length };
  },

  getApiKey: (call, world) => view(world, keyOf(call, world)),

  updateApiKey(call, world) {
    const { id } = keyOf(call, world);
    const { seconds_until_expiration: seconds, ...patch } = bodyOf(call);
    if (patch['subject'] !== undefined) requireSubject(world, patch['subject'] as string);
    const expiration =
      seconds === undefined ? {} : { expiration: seconds === null ? null : world.now() + Number(seconds) * 1000 };
    return change(world, id, { ...patch, ...expiration });
  },

  deleteApiKey(call, world) {
    const { id } = keyOf(call, world);
    world.table('api_keys').delete(id);
    return { object: 'api_key', id, deleted: true };
  },

  getApiKeySecret: (call, world) => ({ secret: keyOf(call, world)['secret'] }),

  revokeApiKey(call, world) {
    const { id } = keyOf(call, world);
    return change(world, id, { revoked: true, revocation_reason: bodyOf(call)['revocation_reason'] ?? null });
  },

  verifyApiKey(call, world) {
    const table = world.table('api_keys');
    const row = table.by('secret', bodyOf(call)['secret'])[0];
    // SDKs take any 200 for a good key.
    if (row === undefined || !isGood(world, row)) throw notFound();
    return view(world, table.update(row.id, { last_used_at: world.now() }) ?? row);
  },
};

function isGood(world: World, row: Row): boolean {
  return row['revoked'] !== true && !isExpired(world, row);
}

function view(world: World, row: Row): Record<string, unknown> {
  return { ...row, expired: isExpired(world, row) };
}

function change(world: World, id: string, patch: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const row = world.table('api_keys').update(id, { ...patch, updated_at: world.now() });
  if (row === undefined) throw notFound();
  return view(world, row);
}

function keyOf(call: OperationCall, world: World): Row {
  const id = (call.params['apiKeyID'] ?? '').replace(/^api_key_/, 'ak_');
  const row = world.table('api_keys').get(id);
  if (row === undefined) throw notFound();
  return row;
}

function requireSubject(world: World, subject: string): void {
  const table = lookUp(SUBJECTS, subject.split('_')[0] ?? '');
  if (table === undefined || world.table(table).get(subject) !== undefined) return;
  throw new ApiError(400, 'form_param_value_invalid', 'is invalid', {
    longMessage: `There is no ${subject}.`,
    paramName: 'subject',
  });
}

function notFound(): ApiError {
  return new ApiError(404, 'resource_not_found', 'not found', { longMessage: 'No API key was found.' });
}

/** Requests that cannot be read, or that nobody may make. */
import { API_VERSION_DATE } from '../../../../src/ground/api-version.js';
import type { Fixture } from '../../backend-api/support.js';
import { asMachine, made, organization, post, type Provocation } from './scene.js';

const bulk = (count: number, more: object = {}) =>
  Array.from({ length: count }, (_, n) => ({ email_address: `u${n}@example.com`, ...more }));

export const REQUESTS: readonly Provocation[] = [
  [
    'no Authorization',
    401,
    'authorization_header_format_invalid',
    ({ call }) => call('GET', '/users', undefined, { authorization: undefined }),
  ],
  [
    'Basic',
    401,
    'authorization_header_format_invalid',
    ({ call }) => call('GET', '/users', undefined, { authorization: 'Basic c2s6' }),
  ],
  [
    'another secret key',
    401,
    'clerk_key_invalid',
    ({ call }) => call('GET', '/users', undefined, { authorization: 'Bearer sk_test_x' }),
  ],
  ['an M2M token made with the secret key', 401, 'authentication_invalid', post('/m2m_tokens')],
  [
    'tokens of another machine',
    403,
    'authorization_invalid',
    ({ call, ids }) => call('GET', `/m2m_tokens?subject=${ids['other_machine_id']}`, undefined, asMachine(ids)),
  ],
  [
    'the secret of a public application',
    403,
    'authorization_invalid',
    async (scene) => {
      const body = { name: 'app', redirect_uris: ['https://app.test/cb'], public: true };
      return scene.call('POST', `${await made(scene, '/oauth_applications', body)}/rotate_secret`);
    },
  ],
  [
    'an unknown version',
    400,
    'api_version_invalid',
    ({ call }) => call('GET', '/users', undefined, { 'clerk-api-version': '2030-01-01' }),
  ],
  [
    'a version in header and query',
    400,
    'api_version_invalid',
    ({ call }) =>
      call('GET', `/users?__clerk_api_version=${API_VERSION_DATE}`, undefined, {
        'clerk-api-version': API_VERSION_DATE,
      }),
  ],
  ['a path that is none', 404, 'resource_not_found', ({ call }) => call('GET', '/nowhere')],
  ['a method that the path lacks', 405, 'method_not_allowed', ({ call }) => call('PUT', '/users')],
  ['malformed JSON', 400, 'request_body_invalid', ({ call }) => call('POST', '/users', new TextEncoder().encode('{'))],
  [
    'a form',
    415,
    'unsupported_content_type',
    ({ call }) => call('POST', '/users', { a: 1 }, { 'content-type': 'application/x-www-form-urlencoded' }),
  ],
  [
    'a field too many',
    400,
    'form_param_unknown',
    post('/api_keys', (ids: Fixture) => ({ name: 'key', subject: ids['user_id'], other: 1 })),
  ],
  ['a field too few', 422, 'form_param_missing', post('/allowlist_identifiers')],
  ['a field of the wrong type', 422, 'form_param_type_invalid', post('/users', { first_name: 7 })],
  [
    'a value that is none of the accepted ones',
    422,
    'form_param_value_invalid',
    ({ call }) => call('GET', '/sessions?status=nothing'),
  ],
  ['an address that is none', 422, 'form_param_format_invalid', post('/users', { email_address: ['nobody'] })],
  [
    'a list that is too long',
    422,
    'form_param_array_size_exceeded',
    post('/machines', { name: 'many', scoped_machines: Array.from({ length: 151 }, () => 'mch_1') }),
  ],
  [
    'text that is too long',
    400,
    'form_param_max_length_exceeded',
    post('/api_keys', (ids: Fixture) => ({ name: 'key', subject: ids['user_id'], description: 'x'.repeat(256) })),
  ],
  [
    'text that is too short',
    400,
    'form_param_min_length_exceeded',
    post('/api_keys', (ids: Fixture) => ({ name: 'key', subject: ids['user_id'], type: 'x' })),
  ],
  [
    'a subject that does not exist',
    400,
    'form_param_value_invalid',
    post('/api_keys', { name: 'key', subject: 'user_000000000000000000000000000' }),
  ],
  ['a time that is none', 422, 'form_param_invalid_time', post('/users', { created_at: 'yesterday' })],
  ['more than ten invitations at once', 400, 'bulk_size_exceeded', post('/invitations/bulk', bulk(11))],
  [
    'more than ten invitations to an organization',
    400,
    'bulk_size_exceeded',
    post((ids) => `${organization(ids)}/invitations/bulk`, bulk(11, { role: 'org:member' })),
  ],
  ['more than fifty on the waitlist at once', 400, 'bulk_size_exceeded', post('/waitlist_entries/bulk', bulk(51))],
];

/** OAuth applications: clients of this instance as identity provider. */
import type { Row, InstanceState } from '../../../state/instance-state.js';
import { readUrl } from '../../../model/records/text-formats.js';
import {
  change,
  create,
  defineResource,
  deleteOf,
  find,
  getOf,
  idOf,
  listOf,
  updateOf,
} from '../../../model/records/resource.js';
import { includesText } from '../../../model/records/listing.js';
import { bodyOf } from '../../engine/operation.js';
import type { Handler, Handlers } from '../../engine/operation.js';
import { forbidden, missing } from '../../../model/records/refusals.js';

type Fields = Readonly<Record<string, unknown>>;

const oauthApplications = defineResource({
  table: 'oauth_applications',
  object: 'oauth_application',
  idPrefix: 'oa',
  component: 'OAuthApplication',
  filters: { name_query: (row, text: string) => includesText(row['name'], text) },
  sortKeys: ['name'],
  // The addresses are worked out: they follow the port on which the instance listens.
  view: (row, state) => ({
    ...withoutSecret(row),
    instance_id: state.instanceId,
    authorize_url: `${state.frontendApiUrl}/oauth/authorize`,
    token_fetch_url: `${state.frontendApiUrl}/oauth/token`,
    user_info_url: `${state.frontendApiUrl}/oauth/userinfo`,
    discovery_url: `${state.frontendApiUrl}/.well-known/openid-configuration`,
    token_introspection_url: `${state.frontendApiUrl}/oauth/token_info`,
  }),
});

const withoutSecret = ({ client_secret: _secret, ...rest }: Row): Fields => rest;

/** `callback_url` is the older, single form of `redirect_uris`. @throws ApiError 422 */
function readFields(body: Fields): Fields {
  const { callback_url: callback, redirect_uris: uris } = body;
  if (body['name'] === '') throw missing('name');
  const list = Array.isArray(uris) ? (uris as string[]) : typeof callback === 'string' ? [callback] : undefined;
  list?.forEach((uri) => readUrl(uri, Array.isArray(uris) ? 'redirect_uris' : 'callback_url'));
  const plain = ['name', 'scopes', 'consent_screen_enabled', 'pkce_required', 'public'];
  return {
    ...Object.fromEntries(plain.filter((name) => (body[name] ?? null) !== null).map((name) => [name, body[name]])),
    ...(list ? { redirect_uris: list, callback_url: list[0] ?? '' } : {}),
  };
}

const DEFAULTS: Fields = {
  client_uri: null,
  client_image_url: null,
  dynamically_registered: false,
  consent_screen_enabled: true,
  pkce_required: false,
  public: false,
  scopes: 'profile email',
  redirect_uris: [],
  callback_url: '',
};

/** As `POST /oauth_applications`; the row holds `client_id` and, unless public, `client_secret`. @throws ApiError 422 */
export function createOAuthApplication(state: InstanceState, body: Fields): Row {
  const fields = { ...DEFAULTS, ...readFields(body) };
  const secret: Fields = fields['public'] === true ? {} : { client_secret: state.secret(32) };
  return create(state, oauthApplications, {
    ...fields,
    client_id: state.secret(16),
    ...secret,
    ...(body['id'] ? { id: body['id'] } : {}),
  });
}

const withSecret = (row: Row, state: InstanceState): Fields => ({
  ...(oauthApplications.view(row, state) as Fields),
  ...(typeof row['client_secret'] === 'string' ? { client_secret: row['client_secret'] } : {}),
});

/** Of newer versions: as RFC 7009, a token that does not exist is no error. */
export const revokeOAuthToken: Handler = (call, state) => {
  const { client_id: clientId } = find(state, oauthApplications, call.params['oauth_application_id'] ?? '');
  const { token } = bodyOf(call);
  if (typeof token !== 'string') throw missing('token');
  const table = state.table('oauth_access_tokens');
  const row = table.by('token', token).find((found) => found['client_id'] === clientId);
  if (row) table.update(row.id, { revoked: true, updated_at: state.now() });
  return undefined;
};

export const oauthApplicationHandlers: Handlers = {
  ListOAuthApplications: listOf(oauthApplications),
  CreateOAuthApplication: (call, state) => withSecret(createOAuthApplication(state, bodyOf(call)), state),
  GetOAuthApplication: getOf(oauthApplications),
  UpdateOAuthApplication: updateOf(oauthApplications, readFields),
  DeleteOAuthApplication: deleteOf(oauthApplications, (row, state) => {
    for (const token of state.table('oauth_access_tokens').by('client_id', row['client_id'])) {
      state.table('oauth_access_tokens').delete(token.id);
    }
  }),
  RotateOAuthApplicationSecret: (call, state) => {
    const row = find(state, oauthApplications, call.params['oauth_application_id'] ?? idOf(call.params));
    if (row['public'] === true) throw forbidden('oauth_application_public', 'Public applications have no secret.');
    return withSecret(change(state, oauthApplications, row.id, { client_secret: state.secret(32) }), state);
  },
};

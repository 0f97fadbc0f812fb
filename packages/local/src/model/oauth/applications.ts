/** OAuth applications: clients of this instance as identity provider. */
import type {
  OauthApplicationsCreateParams,
  OauthApplicationsUpdateParams,
} from '../../../../../src/api/generated/types.js';
import type { Draft, InstanceState } from '../../state/instance-state.js';
import type { Fields, OAuthApplicationRow } from '../../state/rows.js';
import { deletes } from '../records/cascade.js';
import { includesText } from '../records/listing.js';
import { missing, refusal } from '../records/refusals.js';
import { change, create, defineResource } from '../records/resource.js';
import { readUrl } from '../records/text-formats.js';
import { isSelfRegistered } from './clients.js';

/** Worked out, because they follow the port on which the instance listens. */
const addresses = (issuer: string) => ({
  authorize_url: `${issuer}/oauth/authorize`,
  token_fetch_url: `${issuer}/oauth/token`,
  user_info_url: `${issuer}/oauth/userinfo`,
  discovery_url: `${issuer}/.well-known/openid-configuration`,
  token_introspection_url: `${issuer}/oauth/token_info`,
});

export const oauthApplications = defineResource('oauth_applications', {
  object: 'oauth_application',
  idPrefix: 'oa',
  component: 'OAuthApplication',
  filters: { name_query: (row, text: string) => includesText(row.name, text) },
  sortKeys: ['name'],
  view: ({ client_secret: _secret, ...row }, state) => ({
    ...row,
    instance_id: state.instanceId,
    ...addresses(state.frontendApiUrl),
  }),
  cascade: [deletes('oauth_access_tokens', 'client_id', 'client_id')],
});

/** The view of the two operations that show the secret. */
export const viewWithSecret = (row: OAuthApplicationRow, state: InstanceState): Fields => ({
  ...oauthApplications.view(row, state),
  ...(typeof row.client_secret === 'string' ? { client_secret: row.client_secret } : {}),
});

const PLAIN = ['name', 'scopes', 'consent_screen_enabled', 'pkce_required', 'public'] as const;

/**
 * `callback_url` is the older, single form of `redirect_uris`.
 *
 * @throws ApiError 422, also where the consent screen of a client that anybody can make would be switched off
 */
export function readOAuthApplication(
  body: Partial<OauthApplicationsCreateParams> | OauthApplicationsUpdateParams,
  before?: OAuthApplicationRow,
): Draft<OAuthApplicationRow> {
  const { callback_url: callback, redirect_uris: uris } = body;
  if (body.name === '') throw missing('name');
  if (body.consent_screen_enabled === false && before !== undefined && isSelfRegistered(before)) {
    throw refusal(
      'oauth_application_consent_screen_cannot_be_disabled',
      'The consent screen of a client that registered itself cannot be switched off.',
      { paramName: 'consent_screen_enabled' },
    );
  }
  const list = uris ?? (typeof callback === 'string' ? [callback] : undefined);
  list?.forEach((uri) => readUrl(uri, uris ? 'redirect_uris' : 'callback_url'));
  const plain = PLAIN.filter((name) => (body[name] ?? null) !== null).map((name) => [name, body[name]] as const);
  return {
    ...Object.fromEntries(plain),
    ...(list ? { redirect_uris: list, callback_url: list[0] ?? '' } : {}),
  };
}

const DEFAULTS: Draft<OAuthApplicationRow> = {
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
export function createOAuthApplication(state: InstanceState, body: OauthApplicationsCreateParams): OAuthApplicationRow {
  const fields = { ...DEFAULTS, ...readOAuthApplication(body) };
  // Drawn before the client id: another order would change what a seed gives.
  const secret = fields.public === true ? {} : { client_secret: state.secret(32) };
  return create(state, oauthApplications, { ...fields, client_id: state.secret(16), ...secret });
}

/** A client that registered itself (RFC 7591), or is known by its metadata document. Without a name it goes by its id. */
export function registerOAuthApplication(
  state: InstanceState,
  fields: Omit<Draft<OAuthApplicationRow>, 'id'>,
): OAuthApplicationRow {
  const now = state.now();
  const clientId = state.id('client').replace('client_', '');
  return state.table('oauth_applications').insert({
    id: state.id('oa'),
    object: 'oauth_application',
    instance_id: state.instanceId,
    client_id: clientId,
    name: clientId,
    dynamically_registered: true,
    consent_screen_enabled: true,
    callback_url: '',
    ...addresses(state.frontendApiUrl),
    created_at: now,
    updated_at: now,
    ...fields,
  });
}

/** @throws ApiError 403 for public applications */
export function rotateClientSecret(state: InstanceState, row: OAuthApplicationRow): OAuthApplicationRow {
  if (row.public === true) throw refusal('authorization_invalid', 'Public applications have no secret.');
  return change(state, oauthApplications, row.id, { client_secret: state.secret(32) });
}

/** What a client learns about the user, by scope (OpenID Connect Core section 5.4). */
import { timesOf } from '../tokens/session-token.js';
import type { InstanceState } from '../../state/instance-state.js';
import type { Fields, OAuthAccessTokenRow, UserRow } from '../../state/rows.js';
import { defaultImage, pictureUrl } from '../records/images.js';
import { emailOf, nameOf } from '../users/names.js';
import { lookUp } from '../../ground/look-up.js';
import { organizationOfGrant } from './organization.js';

const BY_SCOPE: Readonly<Record<string, (state: InstanceState, user: UserRow) => Fields>> = {
  profile: (state, user) => ({
    name: nameOf(user),
    given_name: user.first_name ?? null,
    family_name: user.last_name ?? null,
    preferred_username: user.username ?? null,
    username: user.username ?? null,
    picture: pictureUrl(state, 'users', user.id, user.image_url ?? defaultImage('user', user.id)),
  }),
  email: (state, user) => ({ email: emailOf(state, user), email_verified: emailOf(state, user) !== null }),
  public_metadata: (_state, user) => ({
    public_metadata: user.public_metadata ?? {},
    unsafe_metadata: user.unsafe_metadata ?? {},
  }),
  private_metadata: (_state, user) => ({ private_metadata: user.private_metadata ?? {} }),
};

export function profileOf(state: InstanceState, user: UserRow, scopes: readonly string[]): Fields {
  const claims: Record<string, unknown> = { sub: user.id, user_id: user.id, instance_id: state.instanceId };
  for (const scope of scopes) Object.assign(claims, lookUp(BY_SCOPE, scope)?.(state, user));
  return claims;
}

/** The answer of the userinfo endpoint. */
export function userInfo(state: InstanceState, user: UserRow, token: OAuthAccessTokenRow): Fields {
  const organization = organizationOfGrant(state, user.id, token.org_id);
  return {
    object: 'oauth_user_info',
    ...profileOf(state, user, token.scopes),
    ...(organization && { org_id: organization.id, org_name: organization.name, org_slug: organization.slug ?? null }),
  };
}

const ID_TOKEN_LIFETIME_SECONDS = 86_400;

export function idToken(
  state: InstanceState,
  about: {
    readonly userId: string;
    readonly clientId: string;
    readonly scopes: readonly string[];
    readonly organizationId: string | undefined;
    readonly nonce: string | null;
  },
): string {
  const user = state.table('users').get(about.userId);
  const profile = user === undefined ? { sub: about.userId } : profileOf(state, user, about.scopes);
  const nonce = about.nonce === null ? {} : { nonce: about.nonce };
  const organization = about.organizationId === undefined ? {} : { org_id: about.organizationId };
  const times = timesOf(state.now(), ID_TOKEN_LIFETIME_SECONDS);
  // A category of its own: an ID token must never pass as a session token, which the same key signs.
  return state.keys.sign(
    { cat: 'cl_B7d4PD444AAA' },
    {
      ...profile,
      ...nonce,
      ...organization,
      ...times,
      jti: state.secret(20),
      iss: state.frontendApiUrl,
      aud: about.clientId,
    },
  );
}

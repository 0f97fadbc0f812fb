/** What a client learns about the user, by scope (OpenID Connect Core section 5.4). */
import { timesOf } from '../tokens/session-token.js';
import type { InstanceState } from '../../state/instance-state.js';
import type { Fields, UserRow } from '../../state/rows.js';
import { emailOf, nameOf } from '../users/names.js';
import { lookUp } from '../../ground/look-up.js';

const BY_SCOPE: Readonly<Record<string, (state: InstanceState, user: UserRow) => Fields>> = {
  profile: (state, user) => ({
    name: nameOf(user),
    given_name: user.first_name ?? null,
    family_name: user.last_name ?? null,
    preferred_username: user.username ?? null,
    picture: user.image_url ?? `${state.frontendApiUrl}/images/${user.id}.svg`,
    updated_at: Math.floor((user.updated_at || 0) / 1000),
  }),
  email: (state, user) => ({ email: emailOf(state, user), email_verified: emailOf(state, user) !== null }),
  public_metadata: (_state, user) => ({ public_metadata: user.public_metadata ?? {} }),
  private_metadata: (_state, user) => ({ private_metadata: user.private_metadata ?? {} }),
};

export function profileOf(state: InstanceState, user: UserRow, scopes: readonly string[]): Fields {
  const claims: Record<string, unknown> = { sub: user.id, user_id: user.id, instance_id: state.instanceId };
  for (const scope of scopes) Object.assign(claims, lookUp(BY_SCOPE, scope)?.(state, user));
  return claims;
}

const ID_TOKEN_LIFETIME_SECONDS = 3600;

export function idToken(
  state: InstanceState,
  about: { userId: string; clientId: string; scopes: readonly string[]; nonce: string | null },
): string {
  const user = state.table('users').get(about.userId);
  const profile = user === undefined ? { sub: about.userId } : profileOf(state, user, about.scopes);
  const nonce = about.nonce === null ? {} : { nonce: about.nonce };
  const times = timesOf(state.now(), ID_TOKEN_LIFETIME_SECONDS);
  // A category of its own: an ID token must never pass as a session token, which the same key signs.
  return state.keys.sign(
    { cat: 'cl_B7d4PD444AAA' },
    { ...profile, ...nonce, ...times, iss: state.frontendApiUrl, aud: about.clientId },
  );
}

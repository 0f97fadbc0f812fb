/** What a client learns about the user, by scope (OpenID Connect Core section 5.4). */
import { timesOf } from '../../tokens/session-token.js';
import type { Row, World } from '../../instance-state.js';
import { emailOf, nameOf } from '../pages/people.js';
import { lookUp } from '../../look-up.js';

type Claims = Readonly<Record<string, unknown>>;

const BY_SCOPE: Readonly<Record<string, (world: World, user: Row) => Claims>> = {
  profile: (world, user) => ({
    name: nameOf(user),
    given_name: user['first_name'] ?? null,
    family_name: user['last_name'] ?? null,
    preferred_username: user['username'] ?? null,
    picture: user['image_url'] ?? `${world.frontendApiUrl}/images/${user.id}.svg`,
    updated_at: Math.floor(Number(user['updated_at'] ?? 0) / 1000),
  }),
  email: (world, user) => ({ email: emailOf(world, user), email_verified: emailOf(world, user) !== null }),
  public_metadata: (_world, user) => ({ public_metadata: user['public_metadata'] ?? {} }),
  private_metadata: (_world, user) => ({ private_metadata: user['private_metadata'] ?? {} }),
};

export function profileOf(world: World, user: Row, scopes: readonly string[]): Claims {
  const claims: Record<string, unknown> = { sub: user.id, user_id: user.id, instance_id: world.instanceId };
  for (const scope of scopes) Object.assign(claims, lookUp(BY_SCOPE, scope)?.(world, user));
  return claims;
}

const ID_TOKEN_LIFETIME_SECONDS = 3600;

export function idToken(
  world: World,
  about: { userId: string; clientId: string; scopes: readonly string[]; nonce: string | null },
): string {
  const user = world.table('users').get(about.userId);
  const profile = user === undefined ? { sub: about.userId } : profileOf(world, user, about.scopes);
  const nonce = about.nonce === null ? {} : { nonce: about.nonce };
  const times = timesOf(world.now(), ID_TOKEN_LIFETIME_SECONDS);
  // A category of its own: an ID token must never pass as a session token, which the same key signs.
  return world.keys.sign(
    { cat: 'cl_B7d4PD444AAA' },
    { ...profile, ...nonce, ...times, iss: world.frontendApiUrl, aud: about.clientId },
  );
}

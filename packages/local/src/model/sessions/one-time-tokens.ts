/** Sign-in tokens, actor tokens and testing tokens: a signed link or text that is good once. */
import type { Draft, InstanceState, Row } from '../../state/instance-state.js';
import type { ActorTokenRow, Fields, SignInTokenRow } from '../../state/rows.js';
import { refusal } from '../records/refusals.js';
import { change, create, defineResource, find, type Resource } from '../records/resource.js';
import { membershipOf } from '../organizations/organization-records.js';
import { users } from '../users/user-records.js';
import { createTicket, ticketUrl } from './tickets.js';

export const signInTokens = defineResource('sign_in_tokens', {
  object: 'sign_in_token',
  idPrefix: 'sit',
  component: 'SignInToken',
});

export const actorTokens = defineResource('actor_tokens', {
  object: 'actor_token',
  idPrefix: 'act',
  component: 'ActorToken',
});

const TESTING_TOKEN_MS = 60 * 60 * 1000;

interface Wanted {
  readonly userId: string;
  readonly expiresInSeconds: number;
}

/** What both kinds of token have in common. @throws ApiError 404 */
function prepare(state: InstanceState, kind: 'sign_in_token' | 'actor_token', idPrefix: string, wanted: Wanted) {
  const user = find(state, users, wanted.userId);
  const id = state.id(idPrefix);
  const expiresAt = state.now() + wanted.expiresInSeconds * 1000;
  const token = createTicket(state, kind, id, expiresAt);
  const status = 'pending' as const;
  return { id, user_id: user.id, status, token, url: ticketUrl(state, token), expires_at: expiresAt };
}

/** @param organizationId the organization that is active once the token was used. @throws ApiError 403, 404 */
export function createSignInToken(
  state: InstanceState,
  wanted: Wanted,
  organizationId?: string | null,
): SignInTokenRow {
  if (typeof organizationId === 'string' && !membershipOf(state, organizationId, wanted.userId))
    throw refusal('not_a_member_in_organization', undefined, { paramName: 'org_id' });
  const token = prepare(state, 'sign_in_token', signInTokens.idPrefix, wanted);
  return create(state, signInTokens, { ...token, org_id: organizationId ?? null });
}

/** @throws ApiError 404 */
export function createActorToken(
  state: InstanceState,
  wanted: Wanted,
  fields: Pick<Draft<ActorTokenRow>, 'actor' | 'session_max_duration_in_seconds'>,
): ActorTokenRow {
  return create(state, actorTokens, { ...fields, ...prepare(state, 'actor_token', actorTokens.idPrefix, wanted) });
}

/** Only what nobody used can be revoked; the token itself is shown once, on creation. @throws ApiError 400, 404 */
export function revokeOneTimeToken<R extends SignInTokenRow | ActorTokenRow>(
  state: InstanceState,
  resource: Resource<R>,
  id: string,
  code: 'sign_in_token_cannot_be_revoked_code' | 'actor_token_cannot_be_revoked_code',
): Fields {
  const row: SignInTokenRow | ActorTokenRow = find(state, resource, id);
  if (row.status !== 'pending') throw refusal(code, `The token is ${row.status} and cannot be revoked.`);
  const {
    token: _token,
    url: _url,
    ...shown
  }: Row = change<Row>(state, resource as unknown as Resource, row.id, {
    status: 'revoked',
  });
  return shown;
}

/** A user signed in with it: it is used up. */
export function useOneTimeToken(state: InstanceState, kind: 'sign_in_token' | 'actor_token', id: string): void {
  if (kind === 'sign_in_token') change(state, signInTokens, id, { status: 'accepted' });
  else change(state, actorTokens, id, { status: 'accepted' });
}

export function createTestingToken(state: InstanceState): { token: string; expires_at: number } {
  const expiresAt = state.now() + TESTING_TOKEN_MS;
  const token = `${Math.floor(state.now() / 1000)}-${state.secret(43)}`;
  state.table('testing_tokens').insert({ id: state.id('tst'), token, expires_at: expiresAt });
  return { token, expires_at: expiresAt };
}

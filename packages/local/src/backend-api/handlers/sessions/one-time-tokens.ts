/** Sign-in tokens, actor tokens and testing tokens. */
import type { Row, InstanceState } from '../../../state/instance-state.js';
import { change, create, defineResource, find, idOf } from '../../../model/records/resource.js';
import type { Resource } from '../../../model/records/resource.js';
import { bodyOf } from '../../engine/operation.js';
import type { Handler, Handlers } from '../../engine/operation.js';
import { wrongState } from '../../../model/records/refusals.js';
import { createTicket, ticketUrl } from '../../../model/sessions/tickets.js';
import type { TicketKind } from '../../../model/sessions/tickets.js';
import { users } from '../../../model/users/user-records.js';

type Fields = Readonly<Record<string, unknown>>;

const signInTokens = defineResource({
  table: 'sign_in_tokens',
  object: 'sign_in_token',
  idPrefix: 'sit',
  component: 'SignInToken',
});
const actorTokens = defineResource({
  table: 'actor_tokens',
  object: 'actor_token',
  idPrefix: 'act',
  component: 'ActorToken',
});

const TESTING_TOKEN_MS = 60 * 60 * 1000;

function mint(state: InstanceState, resource: Resource, kind: TicketKind, body: Fields, fields: Fields): Row {
  const user = find(state, users, String(body['user_id']));
  const id = state.id(resource.idPrefix);
  const expiresAt = state.now() + Number(body['expires_in_seconds']) * 1000;
  const token = createTicket(state, kind, id, expiresAt);
  return create(state, resource, {
    ...fields,
    id,
    user_id: user.id,
    status: 'pending',
    token,
    url: ticketUrl(state, token),
    expires_at: expiresAt,
  });
}

/** Only what nobody used can be revoked; the token itself is shown once, on creation. */
const revoke =
  (resource: Resource, code: string): Handler =>
  (call, state) => {
    const row = find(state, resource, call.params[`${resource.object}_id`] ?? idOf(call.params));
    if (row['status'] !== 'pending')
      throw wrongState(code, `The token is ${String(row['status'])} and cannot be revoked.`);
    return withoutToken(change(state, resource, row.id, { status: 'revoked' }));
  };

/** Somebody signed in with it: it is used up. */
export function useOneTimeToken(state: InstanceState, kind: 'sign_in_token' | 'actor_token', id: string): Row {
  return change(state, kind === 'sign_in_token' ? signInTokens : actorTokens, id, { status: 'accepted' });
}

const withoutToken = ({ token: _token, url: _url, ...row }: Row): Fields => row;

export const oneTimeTokenHandlers: Handlers = {
  CreateSignInToken: (call, state) => mint(state, signInTokens, 'sign_in_token', bodyOf(call), {}),
  RevokeSignInToken: revoke(signInTokens, 'sign_in_token_cannot_be_revoked_code'),
  CreateActorToken: (call, state) => {
    const { actor, session_max_duration_in_seconds: duration } = bodyOf(call);
    return mint(state, actorTokens, 'actor_token', bodyOf(call), { actor, session_max_duration_in_seconds: duration });
  },
  RevokeActorToken: revoke(actorTokens, 'actor_token_cannot_be_revoked'),
  CreateTestingToken: (_call, state) => {
    const expiresAt = state.now() + TESTING_TOKEN_MS;
    const token = `${Math.floor(state.now() / 1000)}-${state.secret(43)}`;
    state.table('testing_tokens').insert({ id: state.id('tst'), token, expires_at: expiresAt });
    return { object: 'testing_token', token, expires_at: expiresAt };
  },
};

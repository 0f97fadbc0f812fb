/** Sign-in tokens, actor tokens and testing tokens. */
import type { ActorTokensCreateParams, SignInTokensCreateParams } from '../../../../../../src/api/generated/types.js';
import {
  actorTokens,
  createActorToken,
  createSignInToken,
  createTestingToken,
  revokeOneTimeToken,
  signInTokens,
} from '../../../model/sessions/one-time-tokens.js';
import { bodyOf, idOf, type Handlers } from '../../engine/operation.js';

const wanted = (body: { readonly user_id: string; readonly expires_in_seconds?: number | null | undefined }) => ({
  userId: body.user_id,
  expiresInSeconds: Number(body.expires_in_seconds),
});

export const oneTimeTokenHandlers: Handlers = {
  CreateSignInToken: (call, state) => createSignInToken(state, wanted(bodyOf<SignInTokensCreateParams>(call))),
  RevokeSignInToken: (call, state) =>
    revokeOneTimeToken(state, signInTokens, idOf(call), 'sign_in_token_cannot_be_revoked_code'),
  CreateActorToken: (call, state) => {
    const body = bodyOf<ActorTokensCreateParams>(call);
    const { actor, session_max_duration_in_seconds: duration } = body;
    return createActorToken(state, wanted(body), { actor, session_max_duration_in_seconds: duration });
  },
  RevokeActorToken: (call, state) =>
    revokeOneTimeToken(state, actorTokens, idOf(call), 'actor_token_cannot_be_revoked_code'),
  CreateTestingToken: (_call, state) => ({ object: 'testing_token', ...createTestingToken(state) }),
};

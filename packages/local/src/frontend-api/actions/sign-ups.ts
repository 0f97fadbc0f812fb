/** Attempts to sign up. */
import { clientOf } from '../../model/sessions/browsers.js';
import { refuseSecondSession } from '../../model/sign-in/sign-in-attempt.js';
import { isProvider, signUpAtProvider, transferToSignUp } from '../../model/sign-in/sign-in-with-provider.js';
import { completeSignUpIfReady } from '../../model/sign-up/complete-sign-up.js';
import { findSignUp, startSignUp, viewSignUp } from '../../model/sign-up/sign-up-attempt.js';
import { fillSignUp } from '../../model/sign-up/sign-up-form.js';
import { attemptSignUpVerification, prepareSignUpVerification } from '../../model/sign-up/sign-up-verification.js';
import { startInvitedSignUp } from '../../model/sign-up/sign-up-with-ticket.js';
import type { SignUpRow } from '../../state/rows.js';
import { publicUrl } from '../origins.js';
import { flagIn, textIn, type Action, type ActionCall, type Actions } from '../engine/action.js';

const create: Action = (call) => {
  const { state, fields } = call;
  const client = clientOf(state, call.browser());
  refuseSecondSession(state, client);
  const ticket = textIn(call, 'ticket');
  if (flagIn(call, 'transfer') === true) return viewSignUp(state, transferToSignUp(state, client));
  const row = ticket === undefined ? startSignUp(state, client) : startInvitedSignUp(state, client, ticket);
  const filled = completeSignUpIfReady(state, fillSignUp(state, row, fields));
  const strategy = textIn(call, 'strategy');
  if (isProvider(strategy) && filled.created_user_id === null) {
    const asked = { fields, baseUrl: publicUrl(call) };
    return viewSignUp(state, signUpAtProvider(state, filled, strategy, asked));
  }
  const prepared =
    /_code$|^email_link$/.test(strategy ?? '') && filled.created_user_id === null
      ? prepareSignUpVerification(state, filled, fields, publicUrl(call))
      : filled;
  return viewSignUp(state, prepared);
};

const onAttempt =
  (act: (call: ActionCall, row: SignUpRow) => SignUpRow): Action =>
  (call) => {
    const row = findSignUp(call.state, call.known()?.client ?? null, call.params['sign_up_id'] ?? '');
    return viewSignUp(call.state, act(call, row));
  };

export const signUpActions: Actions = {
  createSignUps: create,
  getSignUps: onAttempt((_call, row) => row),
  updateSignUps: onAttempt(({ state, fields }, row) => completeSignUpIfReady(state, fillSignUp(state, row, fields))),
  prepareSignUpsVerification: onAttempt((call, row) =>
    prepareSignUpVerification(call.state, row, call.fields, publicUrl(call)),
  ),
  attemptSignUpsVerification: onAttempt(({ state, fields }, row) => attemptSignUpVerification(state, row, fields)),
};

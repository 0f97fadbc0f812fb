/** Attempts to sign in. */
import { missing } from '../../model/records/refusals.js';
import { clientOf } from '../../model/sessions/browsers.js';
import {
  attemptFactor,
  findSignIn,
  identifySignIn,
  prepareFactor,
  refuseSecondSession,
  resetPassword,
  startSignIn,
} from '../../model/sign-in/sign-in-attempt.js';
import { isProvider, signInAtProvider, transferToSignIn } from '../../model/sign-in/sign-in-with-provider.js';
import { attemptPasskeySignIn, startPasskeySignIn, waitsForPasskey } from '../../model/sign-in/sign-in-with-passkey.js';
import { signInWithTicket } from '../../model/sign-in/sign-in-with-ticket.js';
import type { SignInRow } from '../../state/rows.js';
import { flagIn, textIn, type Action, type ActionCall, type Actions } from '../engine/action.js';
import { pageContextOf, publicUrl } from '../origins.js';
import { showSignIn } from '../views/client.js';

/** Strategies that a first call prepares, if it names one together with the identifier. */
const PREPARED_AT_ONCE = /_code$|^email_link$/;

const create: Action = async (call) => {
  const { state, fields } = call;
  const client = clientOf(state, call.browser());
  refuseSecondSession(state, client);
  const strategy = textIn(call, 'strategy');
  const ticket = textIn(call, 'ticket');
  if (ticket !== undefined || strategy === 'ticket') {
    if (ticket === undefined) throw missing('ticket');
    return showSignIn(call, signInWithTicket(state, client, ticket));
  }
  if (flagIn(call, 'transfer') === true) return showSignIn(call, transferToSignIn(state, client));
  if (isProvider(strategy)) {
    const asked = { fields, baseUrl: publicUrl(call) };
    return showSignIn(call, signInAtProvider(state, client, strategy, asked));
  }
  const identifier = textIn(call, 'identifier');
  if (identifier === undefined && strategy === 'passkey')
    return showSignIn(call, startPasskeySignIn(state, client, pageContextOf(call).origin));
  if (identifier === undefined) return showSignIn(call, startSignIn(state, client));
  const row = identifySignIn(state, client, identifier);
  // A password manager fills the hidden field, and then one call says it all.
  const password = textIn(call, 'password');
  if (password !== undefined && (strategy === undefined || strategy === 'password'))
    return showSignIn(
      call,
      await attemptFactor(state, row, 'first', { ...fields, strategy: 'password' }, pageContextOf(call)),
    );
  if (strategy !== undefined && PREPARED_AT_ONCE.test(strategy))
    return showSignIn(call, prepareFactor(state, row, 'first', fields, pageContextOf(call)));
  return showSignIn(call, row);
};

const onAttempt =
  (act: (call: ActionCall, row: SignInRow) => SignInRow | Promise<SignInRow>): Action =>
  async (call) => {
    const row = findSignIn(call.state, call.known()?.client ?? null, call.params['sign_in_id'] ?? '');
    return showSignIn(call, await act(call, row));
  };

const prepare = (step: 'first' | 'second'): Action =>
  onAttempt((call, row) => prepareFactor(call.state, row, step, call.fields, pageContextOf(call)));

const attempt = (step: 'first' | 'second'): Action =>
  onAttempt((call, row) => {
    const { state, fields } = call;
    return step === 'first' && waitsForPasskey(row)
      ? attemptPasskeySignIn(state, row, fields, pageContextOf(call))
      : attemptFactor(state, row, step, fields, pageContextOf(call));
  });

const reset = onAttempt((call, row) => {
  const password = textIn(call, 'password');
  if (password === undefined) throw missing('password');
  return resetPassword(call.state, row, password, flagIn(call, 'sign_out_of_other_sessions') === true);
});

export const signInActions: Actions = {
  createSignIn: create,
  getSignIn: onAttempt((_call, row) => row),
  prepareSignInFactorOne: prepare('first'),
  attemptSignInFactorOne: attempt('first'),
  prepareSignInFactorTwo: prepare('second'),
  attemptSignInFactorTwo: attempt('second'),
  resetPassword: reset,
};

/** A user who is signed in proves once more to be that user. */
import {
  attemptReverification,
  prepareReverification,
  startReverification,
  viewReverification,
} from '../../model/sign-in/reverification.js';
import type { SessionRow } from '../../state/rows.js';
import { withSession, type Action, type Actions, type SignedInCall } from '../engine/action.js';
import { pageContextOf } from '../origins.js';
import { viewClientSession } from '../views/client.js';

const showing = (act: (call: SignedInCall) => SessionRow | Promise<SessionRow>): Action =>
  withSession(async (call) => {
    const session = await act(call);
    return { ...viewReverification(call.state, session, call.user), session: viewClientSession(call, session) };
  });

const prepare = (step: 'first' | 'second'): Action =>
  showing((call) => prepareReverification(call.state, call.session, call.user, step, call.fields, pageContextOf(call)));

const attempt = (step: 'first' | 'second'): Action =>
  showing((call) => attemptReverification(call.state, call.session, call.user, step, call.fields, pageContextOf(call)));

export const reverificationActions: Actions = {
  startSessionReverification: showing(({ state, session, user, fields }) =>
    startReverification(state, session, user, fields['level']),
  ),
  prepareSessionReverificationFirstFactor: prepare('first'),
  attemptSessionReverificationFirstFactor: attempt('first'),
  prepareSessionReverificationSecondFactor: prepare('second'),
  attemptSessionReverificationSecondFactor: attempt('second'),
};

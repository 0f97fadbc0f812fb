/** The sessions of the user who is signed in, on all devices. */
import { notFound } from '../../../model/records/refusals.js';
import { endSession, isLive, viewSession } from '../../../model/sessions/sessions.js';
import type { Fields, SessionRow } from '../../../state/rows.js';
import { signedIn, type Actions, type SignedInCall } from '../../engine/action.js';
import { viewOtherSession } from '../../views/client.js';

const own = ({ state, user }: SignedInCall): SessionRow[] => state.table('sessions').by('user_id', user.id);

/** One that nobody has asked with yet tells nothing of its browser. */
const active = ({ state }: SignedInCall, session: SessionRow): Fields => ({
  ...viewSession(state, session),
  latest_activity: session.latest_activity ?? { object: 'session_activity', id: session.id, is_mobile: false },
});

export const ownSessionActions: Actions = {
  getSessions: signedIn((call) =>
    own(call)
      .filter((session) => isLive(call.state, session))
      .map((session) => active(call, session)),
  ),
  getUsersSessions: signedIn((call) => own(call).map((session) => viewOtherSession(call, session))),
  revokeSession: signedIn((call) => {
    const { state, user, params } = call;
    const id = params['session_id'] ?? '';
    if (state.table('sessions').get(id)?.user_id !== user.id) throw notFound('session', id);
    const ended = endSession(state, id, 'revoked');
    return ended === undefined ? null : viewOtherSession(call, ended);
  }),
};

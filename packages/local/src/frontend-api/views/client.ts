/** A client with its sessions and attempts, as the page keeps them. */
import { DAY_MS } from '../../ground/time.js';
import { usableSessions } from '../../model/sessions/client-sessions.js';
import { extrasOf, viewSession } from '../../model/sessions/sessions.js';
import { openSignIn } from '../../model/sign-in/sign-in-attempt.js';
import { viewSignIn } from '../../model/sign-in/sign-in-status.js';
import { openSignUp, viewSignUp } from '../../model/sign-up/sign-up-attempt.js';
import { factorAges, mintSessionToken } from '../../model/tokens/session-token.js';
import type { ClientRow, Fields, SessionRow } from '../../state/rows.js';
import type { FrontendCall } from '../frontend-call.js';
import { pageOrigin } from '../origins.js';
import { viewPublicUser, viewUser } from './user.js';

/** Far enough ahead that the page does not renew its cookie by a detour: it does so in the last eight days. */
const COOKIE_LIFETIME_MS = 400 * DAY_MS;

export function viewClient(call: FrontendCall, client: ClientRow): Fields {
  const { state } = call;
  const row = state.table('clients').get(client.id) ?? client;
  const sessions = usableSessions(state, row);
  const active = sessions.find(({ id }) => id === row.last_active_session_id) ?? sessions.at(-1);
  const signIn = openSignIn(state, row);
  const signUp = openSignUp(state, row);
  return {
    ...row,
    object: 'client',
    sessions: sessions.map((session) => viewClientSession(call, session)),
    // An attempt that is complete would confuse the next visit.
    sign_in: signIn === null ? null : showSignIn(call, signIn),
    sign_up: signUp === null ? null : viewSignUp(state, signUp),
    last_active_session_id: active?.id ?? null,
    cookie_expires_at: state.now() + COOKIE_LIFETIME_MS,
    captcha_bypass: true,
  };
}

export function showSignIn({ state }: FrontendCall, row: Parameters<typeof viewSignIn>[1]): Fields {
  const view = viewSignIn(state, row);
  return row.user_id === null || view['user_data'] === null
    ? view
    : { ...view, user_data: viewPublicUser(state, row.user_id) };
}

/** A session of the user wherever it is: without a token, which only its own browser gets. */
export function viewOtherSession({ state }: FrontendCall, session: SessionRow): Fields {
  const user = state.table('users').get(session.user_id);
  return {
    ...viewSession(state, session),
    user: user === undefined ? null : viewUser(state, user),
    public_user_data: viewPublicUser(state, session.user_id),
    factor_verification_age: factorAges(state.now(), extrasOf(session).verifiedAt),
    last_active_token: null,
  };
}

/** With its user, and with a token for the organization that is active: without it the page asks for one at once. */
export function viewClientSession(call: FrontendCall, session: SessionRow): Fields {
  const { state } = call;
  return {
    ...viewOtherSession(call, session),
    last_active_token: { object: 'token', jwt: mintSessionToken(state, session, { azp: pageOrigin(call) }) },
  };
}

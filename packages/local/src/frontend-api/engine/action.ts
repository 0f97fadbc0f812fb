/** An action answers one operation of the Frontend API's document: it reads the call, calls the model, and gives what is to be shown. */
import type { Fields, SessionRow, UserRow } from '../../state/rows.js';
import type { ApiError } from '../../model/records/api-error.js';
import { notFound, refusal } from '../../model/records/refusals.js';
import type { Browser } from '../../model/sessions/browsers.js';
import { liveSession, usableSessions } from '../../model/sessions/client-sessions.js';
import { sessionOfToken } from '../../model/sessions/session-tokens.js';
import type { UploadedFile } from '../../http/read-body.js';
import type { FrontendCall } from '../frontend-call.js';

export interface ActionCall extends FrontendCall {
  readonly fields: Fields;
  readonly files: Readonly<Record<string, UploadedFile>>;
  /** The browser that asks; a new one is made when it is first looked at, and told to the browser with the answer. */
  readonly browser: () => Browser;
  /** The browser, if it is known; none is made. */
  readonly known: () => Browser | null;
}

/** The result is projected to the type of the operation's answer, and put into its envelope. @throws ApiError */
export type Action = (call: ActionCall) => unknown;

/** Actions by the operation's id in `spec/frontend-api.json`. */
export type Actions = Readonly<Record<string, Action>>;

/** The field as text; undefined if it was not sent, is empty or is no text. */
export function textIn({ fields }: Pick<ActionCall, 'fields'>, name: string): string | undefined {
  const value = fields[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** All texts that were sent under the name; empty ones are left out. */
export function textsIn({ fields }: Pick<ActionCall, 'fields'>, name: string): string[] {
  return [fields[name]].flat().filter((value): value is string => typeof value === 'string' && value !== '');
}

/** The field as a truth value; undefined if it was not sent. */
export function flagIn({ fields }: Pick<ActionCall, 'fields'>, name: string): boolean | undefined {
  const value = fields[name];
  return value === undefined || value === '' ? undefined : value === true || value === 'true';
}

/** 401 means to the client that it has to look whether anybody is signed in: it is for nothing else. */
export const notSignedIn = (): ApiError => refusal('authentication_invalid', 'Nobody is signed in with this browser.');

export interface SignedInCall extends ActionCall {
  readonly session: SessionRow;
  readonly user: UserRow;
}

/** An action on the session that the path names. A session of this browser that has ended is a 401: the client then looks who is signed in. */
export const withSession =
  (action: (call: SignedInCall) => unknown): Action =>
  (call) => {
    const { state, params } = call;
    const client = call.known()?.client ?? null;
    const id = params['session_id'] ?? '';
    if (client !== null && state.table('sessions').get(id)?.client_id !== client.id) throw notFound('session', id);
    const session = usableSessions(state, client).find((each) => each.id === id);
    const user = session === undefined ? undefined : state.table('users').get(session.user_id);
    if (session === undefined || user === undefined) throw notSignedIn();
    return action({ ...call, session, user });
  };

/**
 * The session that a request is about: the one that its query names (`_clerk_session_id`), or else the browser's active one.
 *
 * @throws ApiError 401 if there is none, or the named one is not this browser's
 */
export function sessionOfRequest(
  { state, request }: FrontendCall,
  browser: Browser | null,
): { readonly session: SessionRow; readonly user: UserRow } {
  const client = browser?.client ?? null;
  const named = request.query.get('_clerk_session_id');
  const session =
    named === null ? liveSession(state, client) : usableSessions(state, client).find(({ id }) => id === named);
  const user = state.table('users').get(session?.user_id);
  if (!session || !user) throw notSignedIn();
  return { session, user };
}

/** An action of the user who is signed in: by the session that the query names, or by the one that the browser shows. */
export const signedIn =
  (action: (call: SignedInCall) => unknown): Action =>
  (call) =>
    action({ ...call, ...sessionOfRequest(call, call.known()) });

/** An action of the user whose session token is the bearer: such requests carry no cookie. */
export const withToken =
  (action: (call: SignedInCall) => unknown): Action =>
  (call) => {
    const { state, request } = call;
    const [, token] = /^Bearer (\S+)$/i.exec(request.headers['authorization'] ?? '') ?? [];
    const session = token === undefined ? null : sessionOfToken(state, token);
    const user = session === null ? undefined : state.table('users').get(session.user_id);
    if (session === null || user === undefined) throw notSignedIn();
    return action({ ...call, session, user });
  };

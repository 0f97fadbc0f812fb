/** The sessions of a browser: which is active, for which organization, and their tokens. */
import { environmentOf } from '../../model/instance/environment.js';
import { notFound } from '../../model/records/refusals.js';
import {
  activateOrganization,
  activateSession,
  organizationOf,
  signOut,
} from '../../model/sessions/client-sessions.js';
import { watchForClockAhead } from '../../model/tokens/clock-ahead-warning.js';
import { mintSessionToken } from '../../model/tokens/session-token.js';
import { mintTemplateToken } from '../../model/tokens/template-token.js';
import type { SessionRow } from '../../state/rows.js';
import { withSession, type Actions, type SignedInCall } from '../engine/action.js';
import { pageOrigin } from '../origins.js';
import { viewClientSession } from '../views/client.js';

const current = ({ state, session }: SignedInCall): SessionRow => state.table('sessions').get(session.id) ?? session;

/** The organization that is asked for; undefined if none is, or the personal account where everybody has to be in an organization. */
function askedOrganization({ state, fields }: SignedInCall, name: string): string | undefined {
  const asked = fields[name];
  if (typeof asked !== 'string') return undefined;
  return asked === '' && environmentOf(state).organization_settings.force_organization_selection ? undefined : asked;
}

const touch = withSession((call) => {
  const { state, session } = call;
  // Whatever is chosen: the session is the one that the page shows.
  activateSession(state, session);
  const asked = askedOrganization(call, 'active_organization_id');
  if (asked !== undefined) activateOrganization(state, session, asked);
  state.table('sessions').update(session.id, { last_active_at: state.now() });
  return viewClientSession(call, current(call));
});

/** For the organization that is asked for; the session's active one stays. One that the user is no member of is left out. */
const mint = withSession((call) => {
  const { state, session, user, request } = call;
  const wanted = askedOrganization(call, 'organization_id') ?? session.last_active_organization_id;
  const organizationId = typeof wanted === 'string' ? (organizationOf(state, user.id, wanted) ?? null) : null;
  // A caller of the page's script that wants a fresh one may do so as often as it likes.
  if (request.query.get('debug') !== 'skip_cache') watchForClockAhead(state, session.id, organizationId);
  const jwt = mintSessionToken(
    state,
    { ...session, last_active_organization_id: organizationId },
    { azp: pageOrigin(call) },
  );
  return { object: 'token', jwt };
});

const mintTemplate = withSession((call) => {
  const { state, session, params } = call;
  const name = params['template_name'] ?? '';
  const template = state.table('jwt_templates').by('name', name)[0];
  if (template === undefined) throw notFound('JWT template', name);
  return { object: 'token', jwt: mintTemplateToken(state, session, template, { azp: pageOrigin(call) }) };
});

const leave = (how: 'ended' | 'removed') =>
  withSession((call) => {
    const { state, session, browser } = call;
    const { client } = browser();
    if (client !== null) signOut(state, client, session, how);
    return viewClientSession(call, current(call));
  });

export const sessionActions: Actions = {
  getSession: withSession((call) => viewClientSession(call, call.session)),
  touchSession: touch,
  createSessionToken: mint,
  createSessionTokenWithTemplate: mintTemplate,
  endSession: leave('ended'),
  removeSession: leave('removed'),
};

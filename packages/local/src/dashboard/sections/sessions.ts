/** Sessions: whose they are, and whether they still go on. */
import { html, type Markup, type Value } from '../../frontend-api/pages/html.js';
import { findSession } from '../../model/sessions/session-tokens.js';
import { endSession, isLive, sessionStatus, viewSession } from '../../model/sessions/sessions.js';
import type { InstanceState } from '../../state/instance-state.js';
import type { SessionRow } from '../../state/rows.js';
import { pageLinks, pageOf, PAGE_SIZE } from '../pagination.js';
import { addressOf, button, card, live, organizationLink, pretty, tableOr, tag, time, userLink } from '../parts.js';
import type { Section } from '../section.js';

export const sessions: Section = {
  path: 'sessions',
  title: 'Sessions',
  show({ state, request }) {
    const page = pageOf(request.query);
    const all = [...state.table('sessions').rows()].reverse();
    const rows = sessionRows(state, all.slice(page * PAGE_SIZE, (page + 1) * PAGE_SIZE));
    return html`<section class="card">
      ${live(
        'sessions',
        html`${tableOr('Nobody has signed in yet.', 'Sessions', SESSION_HEADS, rows)}
        ${pageLinks('/dashboard/sessions', '', page, all.length)}`,
      )}
    </section>`;
  },
  showOne({ state }, id) {
    const session = state.table('sessions').get(id);
    if (session === undefined) return null;
    const rows = sessionRows(state, [session]);
    return {
      title: 'Session',
      body: html`${card(session.id, live('session', tableOr('', 'Session', SESSION_HEADS, rows)))}
      ${card('As the Backend API shows it', live('json', pretty(viewSession(state, session))))}`,
    };
  },
  actions: {
    revoke: {
      done: 'The session is revoked: there are no more tokens of it.',
      run: ({ state }, { text }) => {
        endSession(state, findSession(state, text('session_id')).id, 'revoked');
        return undefined;
      },
    },
  },
};

export const SESSION_HEADS = ['User', 'Status', 'Organization', 'Last active', 'Expires', 'Session'];

export const sessionRows = (state: InstanceState, rows: readonly SessionRow[]): Value[][] =>
  rows.map((session) => {
    const organization = state.table('organizations').get(session.last_active_organization_id);
    return [
      userLink(state, session.user_id),
      statusOf(state, session),
      organization === undefined ? 'none' : organizationLink(organization),
      time(session.last_active_at),
      time(session.expire_at),
      html`<a href="${addressOf('sessions', session.id)}">…${session.id.slice(-8)}</a> ${
          isLive(state, session) ? button('sessions/revoke', 'Revoke', { session_id: session.id }) : null
        }`,
    ];
  });

function statusOf(state: InstanceState, session: SessionRow): Markup {
  const status = sessionStatus(state, session);
  const kind = status === 'active' ? 'good' : status === 'pending' ? 'warn' : 'plain';
  const actor = session.actor ?? null;
  return html`${tag(status, kind)}${actor === null ? null : html`<small>by ${String(actor['sub'])}</small>`}`;
}

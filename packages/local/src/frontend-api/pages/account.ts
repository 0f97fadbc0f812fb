/** The account page: who is signed in, which organization is active, and the way out. */
import type { LocalResponse } from '../../http/messages.js';
import type { SessionRow, UserRow } from '../../state/rows.js';
import { knownBrowser } from '../browser-of-request.js';
import { formOf, type FrontendCall } from '../frontend-call.js';
import { throughHandshake } from '../handshake.js';
import { isSameOriginPost } from '../origins.js';
import { redirect } from '../../http/responses.js';
import { activateOrganization, liveSession, membershipsOf, signOut } from '../../model/sessions/client-sessions.js';
import { html, type Markup } from './html.js';
import { page } from './page.js';
import { avatar, labelOf, roleName } from './avatar.js';
import { redirectOf, refusedForm, refusedTarget } from './sign-in.js';

interface SignedIn {
  readonly session: SessionRow;
  readonly user: UserRow;
}

function signedIn(call: FrontendCall): SignedIn | null {
  const session = liveSession(call.state, knownBrowser(call)?.client ?? null);
  const user = session === null ? undefined : call.state.table('users').get(session.user_id);
  return session === null || user === undefined ? null : { session, user };
}

export function showAccount(call: FrontendCall): LocalResponse {
  const caller = signedIn(call);
  if (caller === null) return redirect(`${call.base}/sign-in`);
  const target = redirectOf(call, call.request.query);
  if (target === undefined) return refusedTarget(call);
  const { session, user } = caller;
  const label = labelOf(call.state, user);
  const active = session.last_active_organization_id ?? null;
  const memberships = membershipsOf(call.state, user.id).flatMap((membership) => {
    const organization = call.state.table('organizations').get(membership.organization_id);
    return organization ? [{ organization, role: roleName(membership.role) }] : [];
  });
  const personal = choice({ id: '', name: 'Personal account', detail: 'No organization', on: active === null });
  const choices = memberships.map(({ organization, role }) =>
    choice({ id: organization.id, name: organization.name, detail: role, on: organization.id === active }),
  );
  const back =
    target === null
      ? null
      : html`<a class="button" href="${throughHandshake(call, target)}">Back to ${target.host}</a>`;
  return page({
    title: label.title,
    subtitle: label.detail,
    body: html`<h2>Active organization</h2>
      <form method="post" action="${call.base}/user/organization">
        ${redirectField(target)}
        <ul class="list">
          ${personal} ${choices}
        </ul>
      </form>
      <h2>Session</h2>
      ${back}
      <form method="post" action="${call.base}/sign-out">
        ${redirectField(target)}<button class="button quiet">Sign out</button>
      </form>
      <p class="note"><a href="${call.base}/sign-in">Sign in as another user</a></p>`,
  });
}

export function switchOrganization(call: FrontendCall): LocalResponse {
  if (!isSameOriginPost(call.request)) return refusedForm(call);
  const caller = signedIn(call);
  if (caller === null) return redirect(`${call.base}/sign-in`);
  const form = formOf(call);
  const target = redirectOf(call, form);
  if (target === undefined) return refusedTarget(call);
  const asked = form.get('organization_id');
  if (asked !== null) activateOrganization(call.state, caller.session, asked);
  return redirect(target === null ? `${call.base}/user` : throughHandshake(call, target));
}

export function showSignOut(call: FrontendCall): LocalResponse {
  const target = redirectOf(call, call.request.query);
  if (target === undefined) return refusedTarget(call);
  const caller = signedIn(call);
  if (caller === null) return redirect(target === null ? `${call.base}/sign-in` : throughHandshake(call, target));
  return page({
    title: 'Sign out?',
    subtitle: `You are signed in as ${labelOf(call.state, caller.user).title}`,
    body: html`<form method="post" action="${call.base}/sign-out">
        ${redirectField(target)}<button class="button">Sign out</button>
      </form>
      <form><a class="button quiet" href="${target?.href ?? `${call.base}/user`}">Stay signed in</a></form>`,
  });
}

/** Only a form of ours signs out: a link or an image on another page must not be able to. */
export function submitSignOut(call: FrontendCall): LocalResponse {
  if (!isSameOriginPost(call.request)) return refusedForm(call);
  const target = redirectOf(call, formOf(call));
  if (target === undefined) return refusedTarget(call);
  const client = knownBrowser(call)?.client;
  if (client) signOut(call.state, client);
  return redirect(target === null ? `${call.base}/sign-in` : throughHandshake(call, target));
}

function choice({ id, name, detail, on }: { id: string; name: string; detail: string; on: boolean }): Markup {
  const content = html`${avatar(name, id, id !== '')}<span class="who"><b>${name}</b><small>${detail}</small></span>`;
  return html`<li>
    ${
      on
        ? html`<button class="row on" disabled>${content}<span class="tag">active</span></button>`
        : html`<button class="row" name="organization_id" value="${id}">${content}</button>`
    }
  </li>`;
}

function redirectField(target: URL | null): Markup {
  return html`<input type="hidden" name="redirect_url" value="${target?.href ?? ''}" />`;
}

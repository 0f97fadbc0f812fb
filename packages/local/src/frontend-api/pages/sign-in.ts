/** The sign-in page: the users of the instance, one click each. */
import type { LocalResponse } from '../../http/messages.js';
import type { InstanceState } from '../../state/instance-state.js';
import type { UserRow } from '../../state/rows.js';
import { clientOf } from '../../model/sessions/browsers.js';
import { browserCookie, browserOrNew, knownBrowser } from '../browser-of-request.js';
import { formOf, type FrontendCall } from '../frontend-call.js';
import { throughHandshake } from '../handshake.js';
import { allowedRedirect, isSameOriginPost } from '../origins.js';
import { redirect } from '../../http/responses.js';
import { restrictionFor } from '../../model/users/sign-up-restrictions.js';
import { liveSession, membershipsOf, signIn, type SignInDetails } from '../../model/sessions/client-sessions.js';
import { maySignIn } from '../../model/users/bans-and-locks.js';
import { textsOf } from '../../model/users/person.js';
import { html, type Markup } from './html.js';
import { page, problem } from './page.js';
import { emailOf, nameOf, textOr } from '../../model/users/names.js';
import { avatar, labelOf } from './avatar.js';

/** More are found by searching. */
const SHOWN = 50;
const SEARCHABLE_FROM = 8;

export function showSignIn(call: FrontendCall): LocalResponse {
  const { state, request } = call;
  const sync = request.query.get('__clerk_redirect_url');
  if (sync !== null && state.instanceType === 'development') return answerSatellite(call, sync);
  const target = redirectOf(call, request.query);
  if (target === undefined) return refusedTarget(call);

  const search = request.query.get('q')?.trim() ?? '';
  const { users, total } = findUsers(state, search.toLowerCase());
  const searchBox = total >= SEARCHABLE_FROM || search !== '' ? searchForm(call, target, search) : null;
  const list = html`<ul class="list">
    ${users.map((user) => userRow(call, user, target))}
  </ul>`;
  const query = target === null ? '' : `?${new URLSearchParams({ redirect_url: target.href }).toString()}`;
  const empty =
    search === ''
      ? html`<p class="note">This instance has no users yet.</p>`
      : html`<p class="note">Nobody matches. <a href="${call.base}/sign-in${query}">Show all</a></p>`;
  const more = total > users.length ? html`<p class="note">${total - users.length} more: search for them.</p>` : null;
  return page({
    title: 'Choose who to sign in as',
    subtitle: target === null ? 'Any user of this instance, without a password' : `to continue to ${target.host}`,
    body: html`${whoIsIn(call, target)} ${searchBox} ${users.length > 0 ? list : empty} ${more}
      <p class="note">Someone new? <a href="${call.base}/sign-up${query}">Create a user</a></p>`,
  });
}

export function submitSignIn(call: FrontendCall): LocalResponse {
  if (!isSameOriginPost(call.request)) return refusedForm(call);
  const form = formOf(call);
  const target = redirectOf(call, form);
  if (target === undefined) return refusedTarget(call);
  const user = call.state.table('users').get(form.get('user_id') ?? '');
  if (user === undefined)
    return problem(404, 'No such user', 'The user may have been deleted. Choose again.', call.base);
  if (!maySignIn(call.state, user))
    return problem(403, 'This user cannot sign in', 'The user is banned or locked.', call.base);
  const restriction = restrictionFor(call.state, textsOf(call.state, user, 'email_address'), 'sign-in');
  if (restriction !== null) return problem(403, 'This user cannot sign in', restriction, call.base);
  return signInAndRedirect(call, user, target, { strategy: 'password' });
}

/** Who is signed in on this browser, and the ways to stay so or not. */
function whoIsIn(call: FrontendCall, target: URL | null): Markup | null {
  const session = liveSession(call.state, knownBrowser(call)?.client ?? null);
  const user = session === null ? undefined : call.state.table('users').get(session.user_id);
  if (user === undefined) return null;
  const goOn = target === null ? `${call.base}/user` : throughHandshake(call, target);
  return html`<p class="note in">
    You are signed in as ${labelOf(call.state, user).title}.
    <a href="${goOn}">${target === null ? 'Your account' : 'Go on as this user'}</a>
  </p>`;
}

/** Signs a user in on this browser and sends it on, so that the application learns of it. */
export function signInAndRedirect(
  call: FrontendCall,
  user: UserRow,
  target: URL | null,
  entry: SignInDetails,
): LocalResponse {
  const browser = browserOrNew(call);
  signIn(call.state, clientOf(call.state, browser), user, entry);
  return redirect(target === null ? `${call.base}/user` : throughHandshake(call, target), 303, [
    browserCookie(call.state, browser),
  ]);
}

/** Where to go afterwards: a URL, null if none is asked for, undefined if the one asked for is not allowed. */
export function redirectOf({ state }: FrontendCall, from: URLSearchParams): URL | null | undefined {
  const asked = from.get('redirect_url');
  if (asked === null || asked === '') return null;
  return allowedRedirect(state, asked) ?? undefined;
}

export function refusedTarget({ base }: FrontendCall): LocalResponse {
  return problem(
    403,
    'This link leads elsewhere',
    'Its redirect_url is neither on this machine nor an origin of this instance.',
    base,
  );
}

export function refusedForm({ base }: FrontendCall): LocalResponse {
  return problem(403, 'This form came from another site', 'Open the page itself and try again.', base);
}

/** A development satellite asks its primary which browser this is; it gets the token and asks us about sessions itself. */
function answerSatellite(call: FrontendCall, asked: string): LocalResponse {
  const target = allowedRedirect(call.state, asked);
  if (target === null) return refusedTarget(call);
  const browser = browserOrNew(call);
  target.searchParams.set('__clerk_db_jwt', browser.token);
  target.searchParams.set('__clerk_synced', 'true');
  return redirect(target.href, 307, [browserCookie(call.state, browser)]);
}

function findUsers(state: InstanceState, search: string): { users: readonly UserRow[]; total: number } {
  const all = state.table('users').rows();
  const matching = search === '' ? all : all.filter((user) => textOf(state, user).includes(search));
  return { users: matching.slice(0, SHOWN), total: matching.length };
}

function textOf(state: InstanceState, user: UserRow): string {
  return `${nameOf(user)} ${emailOf(state, user) ?? ''} ${textOr(user.username, '')} ${user.id}`.toLowerCase();
}

function userRow(call: FrontendCall, user: UserRow, target: URL | null): Markup {
  const { title, detail } = labelOf(call.state, user);
  const allowed = maySignIn(call.state, user);
  const count = membershipsOf(call.state, user.id).length;
  const groups = count === 0 ? null : html`<span class="tag">${count === 1 ? '1 org' : `${String(count)} orgs`}</span>`;
  const tag = allowed ? groups : html`<span class="tag bad">${user.banned === true ? 'banned' : 'locked'}</span>`;
  const button = html`${avatar(title, user.id)}<span class="who"><b>${title}</b><small>${detail}</small></span
    >${tag}`;
  return html`<li>
    <form method="post" action="${call.base}/sign-in">
      <input type="hidden" name="redirect_url" value="${target?.href ?? ''}" />
      ${
        allowed
          ? html`<button class="row" name="user_id" value="${user.id}">
              ${button}<span class="arrow" aria-hidden="true">&rarr;</span>
            </button>`
          : html`<button class="row" disabled>${button}</button>`
      }
    </form>
  </li>`;
}

function searchForm(call: FrontendCall, target: URL | null, search: string): Markup {
  return html`<form method="get" action="${call.base}/sign-in" class="search">
    <input type="hidden" name="redirect_url" value="${target?.href ?? ''}" />
    <input type="search" name="q" value="${search}" placeholder="Search by name or email" aria-label="Search users" />
  </form>`;
}

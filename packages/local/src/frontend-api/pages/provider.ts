/** The page that stands in for a social provider: one picks who the provider says one is. No password is asked for, and nothing leaves the machine. */
import { redirect } from '../../http/responses.js';
import type { LocalResponse } from '../../http/messages.js';
import { ApiError } from '../../model/records/api-error.js';
import {
  answerFromProvider,
  awaitedProvider,
  profileFor,
  type Awaited,
} from '../../model/sign-in/sign-in-with-provider.js';
import { emailOf, nameOf } from '../../model/users/names.js';
import type { ProviderProfile, UserRow } from '../../state/rows.js';
import { knownBrowser } from '../browser-of-request.js';
import { formOf, type FrontendCall } from '../frontend-call.js';
import { allowedRedirect, isSameOriginPost } from '../origins.js';
import { avatar } from './avatar.js';
import { html, type Markup } from './html.js';
import { page, problem } from './page.js';
import { refusedForm, refusedTarget } from './sign-in.js';

/** More are found by typing the address. */
const SHOWN = 20;

export function showProvider(call: FrontendCall): LocalResponse {
  const token = call.request.query.get('token') ?? '';
  const awaited = awaitedProvider(call.state, token);
  return awaited === null ? nobodyWaits() : form(call, token, awaited, null);
}

const nobodyWaits = (): LocalResponse =>
  problem(410, 'Nobody waits for this any more', 'Go back to the application and try again.');

function form(call: FrontendCall, token: string, { name }: Awaited, error: string | null): LocalResponse {
  const { state, base } = call;
  const known = state
    .table('users')
    .rows()
    .filter((user) => emailOf(state, user) !== null)
    .slice(0, SHOWN);
  const action = `${base}/v1/oauth_callback`;
  return page({
    title: `Who does ${name} say you are?`,
    subtitle: `This page stands in for ${name}`,
    status: error === null ? 200 : 422,
    body: html`${error === null ? null : html`<p class="error" role="alert">${error}</p>`}
      <ul class="list">
        ${known.map((user) => row(call, action, token, user))}
      </ul>
      <h2>Somebody else</h2>
      <form method="post" action="${action}">
        <input type="hidden" name="token" value="${token}" />
        <label>Email <input name="email" type="email" required autocomplete="off" /></label>
        <label>First name <input name="first_name" autocomplete="off" /></label>
        <label>Last name <input name="last_name" autocomplete="off" /></label>
        <button class="button">Continue</button>
      </form>
      <form method="post" action="${action}">
        <input type="hidden" name="token" value="${token}" />
        <button class="button quiet" name="deny" value="true">Deny access</button>
      </form>`,
  });
}

function row({ state }: FrontendCall, action: string, token: string, user: UserRow): Markup {
  const name = nameOf(user);
  return html`<li>
    <form method="post" action="${action}">
      <input type="hidden" name="token" value="${token}" />
      <input type="hidden" name="first_name" value="${user.first_name ?? ''}" />
      <input type="hidden" name="last_name" value="${user.last_name ?? ''}" />
      <button class="row" name="email" value="${emailOf(state, user) ?? ''}">
        ${avatar(name, user.id)}<span class="who"><b>${name}</b><small>${emailOf(state, user)}</small></span>
      </button>
    </form>
  </li>`;
}

export function submitProvider(call: FrontendCall): LocalResponse {
  const { state, request } = call;
  if (!isSameOriginPost(request)) return refusedForm(call);
  const fields = formOf(call);
  const token = fields.get('token') ?? '';
  const awaited = awaitedProvider(state, token);
  if (awaited === null) return nobodyWaits();
  let profile: ProviderProfile | null;
  try {
    profile = fields.has('deny') ? null : profileIn(fields, awaited.strategy);
  } catch (error) {
    if (error instanceof ApiError) return form(call, token, awaited, error.longMessage);
    throw error;
  }
  const next = answerFromProvider(state, token, knownBrowser(call)?.client ?? null, profile);
  if (next === null) return nobodyWaits();
  const target = allowedRedirect(state, next);
  return target === null ? refusedTarget(call) : redirect(target.href);
}

const profileIn = (fields: URLSearchParams, strategy: string): ProviderProfile =>
  profileFor(strategy, fields.get('email') ?? '', fields.get('first_name') ?? '', fields.get('last_name') ?? '');

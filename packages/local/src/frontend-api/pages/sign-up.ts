/** The sign-up page. The user is made by the Backend API's own operation, so that its rules hold here too. */
import { handleBackendRequest } from '../../backend-api/handle-backend-request.js';
import { completeWaitlistEntry } from '../../backend-api/handlers/invitations/waitlist-entries.js';
import type { LocalResponse } from '../../state/instance-state.js';
import { formOf, type FrontendCall } from '../frontend-call.js';
import { isSameOriginPost } from '../origins.js';
import { restrictionOf } from '../../model/users/sign-up-restrictions.js';
import { html } from './html.js';
import { page } from './page.js';
import { enter, redirectOf, refusedForm, refusedTarget } from './sign-in.js';

export function showSignUp(call: FrontendCall): LocalResponse {
  const target = redirectOf(call, call.request.query);
  return target === undefined ? refusedTarget() : form(call, target, null);
}

export async function submitSignUp(call: FrontendCall): Promise<LocalResponse> {
  if (!isSameOriginPost(call.request)) return refusedForm();
  const fields = formOf(call);
  const target = redirectOf(call, fields);
  if (target === undefined) return refusedTarget();
  const email = (fields.get('email') ?? '').trim().toLowerCase();
  const restriction = restrictionOf(call.state, [email], 'sign-up');
  if (restriction !== null) return form(call, target, restriction);
  const answer = await createUser(call, {
    email_address: [email],
    first_name: fields.get('first_name') || undefined,
    last_name: fields.get('last_name') || undefined,
    skip_password_requirement: true,
  });
  const body = JSON.parse(String(answer.body)) as {
    id?: string;
    errors?: { message?: string; long_message?: string }[];
  };
  const user = answer.status === 200 ? call.state.table('users').get(body.id ?? '') : undefined;
  if (user === undefined) {
    const error = body.errors?.[0];
    return form(call, target, error?.long_message ?? error?.message ?? 'The user could not be created.');
  }
  completeWaitlistEntry(call.state, email);
  return enter(call, user, target, { strategy: 'email_code' });
}

function createUser({ state, request }: FrontendCall, fields: Readonly<Record<string, unknown>>) {
  return handleBackendRequest(state, {
    method: 'POST',
    path: '/v1/users',
    query: new URLSearchParams(),
    headers: { authorization: `Bearer ${state.secretKey}`, 'content-type': 'application/json' },
    body: new TextEncoder().encode(JSON.stringify(fields)),
    origin: request.origin,
  });
}

function form(call: FrontendCall, target: URL | null, error: string | null): LocalResponse {
  const query = target === null ? '' : `?${new URLSearchParams({ redirect_url: target.href }).toString()}`;
  return page({
    title: 'Create a user',
    subtitle: target === null ? 'and sign in as them' : `to continue to ${target.host}`,
    status: error === null ? 200 : 422,
    body: html`${error === null ? null : html`<p class="error" role="alert">${error}</p>`}
      <form method="post" action="${call.base}/sign-up">
        <input type="hidden" name="redirect_url" value="${target?.href ?? ''}" />
        <label>First name <input name="first_name" autocomplete="off" /></label>
        <label>Last name <input name="last_name" autocomplete="off" /></label>
        <label>Email <input name="email" type="email" required autocomplete="off" /></label>
        <button class="button">Create and sign in</button>
      </form>
      <p class="note">Already there? <a href="${call.base}/sign-in${query}">Choose a user</a></p>`,
  });
}

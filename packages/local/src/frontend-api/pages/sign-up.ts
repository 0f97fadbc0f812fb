/** The sign-up page. The user is made as the Backend API makes one, so that its rules hold here too. */
import { completeWaitlistEntry } from '../../model/invitations/waitlist.js';
import { ApiError } from '../../model/records/api-error.js';
import { createUser, type NewUser } from '../../model/users/users.js';
import type { UserRow } from '../../state/rows.js';
import type { LocalResponse } from '../../http/messages.js';
import { formOf, type FrontendCall } from '../frontend-call.js';
import { isSameOriginPost } from '../origins.js';
import { restrictionFor } from '../../model/users/sign-up-restrictions.js';
import { html } from './html.js';
import { page } from './page.js';
import { signInAndRedirect, redirectOf, refusedForm, refusedTarget } from './sign-in.js';

export function showSignUp(call: FrontendCall): LocalResponse {
  const target = redirectOf(call, call.request.query);
  return target === undefined ? refusedTarget(call) : form(call, target);
}

export function submitSignUp(call: FrontendCall): LocalResponse {
  if (!isSameOriginPost(call.request)) return refusedForm(call);
  const fields = formOf(call);
  const target = redirectOf(call, fields);
  if (target === undefined) return refusedTarget(call);
  const email = (fields.get('email') ?? '').trim().toLowerCase();
  const restriction = restrictionFor(call.state, [email], 'sign-up');
  if (restriction !== null) return form(call, target, { message: restriction, field: 'email', fields });
  const user = attempt(() => createUser(call.state, newUser(email, fields)));
  if (user instanceof ApiError) return form(call, target, { message: user.longMessage, field: fieldOf(user), fields });
  completeWaitlistEntry(call.state, email);
  return signInAndRedirect(call, user, target, { strategy: 'email_code' });
}

/** The form as the body of `POST /users`. */
const newUser = (email: string, fields: URLSearchParams): NewUser => ({
  email_address: [email],
  first_name: fields.get('first_name') || undefined,
  last_name: fields.get('last_name') || undefined,
});

function attempt(create: () => UserRow): UserRow | ApiError {
  try {
    return create();
  } catch (error) {
    if (error instanceof ApiError) return error;
    throw error;
  }
}

interface Refused {
  readonly message: string;
  readonly field: string;
  /** What was typed. */
  readonly fields: URLSearchParams;
}

/** The field that an error is about; the address where it names none. */
function fieldOf({ meta }: ApiError): string {
  const parameter = meta?.['param_name'];
  return parameter === 'first_name' || parameter === 'last_name' ? parameter : 'email';
}

/** What was typed stays, and the field at fault has the focus. */
function form(call: FrontendCall, target: URL | null, refused: Refused | null = null): LocalResponse {
  const query = target === null ? '' : `?${new URLSearchParams({ redirect_url: target.href }).toString()}`;
  const value = (name: string) => refused?.fields.get(name) ?? '';
  const fault = (name: string) =>
    refused?.field === name ? html` autofocus aria-invalid="true" aria-describedby="error"` : null;
  return page({
    title: 'Create a user',
    subtitle: target === null ? 'and sign in as them' : `to continue to ${target.host}`,
    status: refused === null ? 200 : 422,
    body: html`${refused === null ? null : html`<p class="error" id="error" role="alert">${refused.message}</p>`}
      <form method="post" action="${call.base}/sign-up">
        <input type="hidden" name="redirect_url" value="${target?.href ?? ''}" />
        <label
          >First name <input name="first_name" value="${value('first_name')}" autocomplete="off" ${fault('first_name')}
        /></label>
        <label
          >Last name <input name="last_name" value="${value('last_name')}" autocomplete="off" ${fault('last_name')}
        /></label>
        <label
          >Email
          <input name="email" type="email" value="${value('email')}" required autocomplete="off" ${fault('email')}
        /></label>
        <button class="button">Create and sign in</button>
      </form>
      <p class="note">Already there? <a href="${call.base}/sign-in${query}">Choose a user</a></p>`,
  });
}

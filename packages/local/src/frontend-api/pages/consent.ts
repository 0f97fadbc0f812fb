/** The consent page: what a client wants to see, and of whom. */
import type { LocalResponse } from '../../http/messages.js';
import type { UserRow } from '../../state/rows.js';
import type { FrontendCall } from '../frontend-call.js';
import type { AuthorizationRequest } from '../oauth/authorization-request.js';
import { html } from './html.js';
import { page } from './page.js';
import { emailOf, nameOf, textOr } from '../../model/users/names.js';
import { lookUp } from '../../ground/look-up.js';

const MEANINGS: Readonly<Record<string, string>> = {
  openid: 'Know who you are',
  profile: 'See your name and picture',
  email: 'See your email address',
  public_metadata: 'See your public metadata',
  private_metadata: 'See your private metadata',
  offline_access: 'Keep access while you are away',
};

export function showConsent(call: FrontendCall, request: AuthorizationRequest, user: UserRow): LocalResponse {
  const { application, scopes, resources } = request;
  const name = textOr(application.name, 'An application');
  const fields = [...call.request.query].map(
    ([field, value]) => html`<input type="hidden" name="${field}" value="${value}" />`,
  );
  const wanted = scopes.map((scope) => html`<li>${lookUp(MEANINGS, scope) ?? scope}</li>`);
  const list =
    wanted.length === 0
      ? null
      : html`<ul class="scopes">
          ${wanted}
        </ul>`;
  const target = resources.length === 0 ? null : html`<p class="resource">for ${resources.join(', ')}</p>`;
  return page({
    title: `Allow ${name}?`,
    subtitle: `You are signed in as ${emailOf(call.state, user) ?? nameOf(user)}`,
    body: html`${list} ${target}
      <form method="post" action="${call.base}/oauth/authorize">
        ${fields}
        <button class="button" name="decision" value="allow">Allow</button>
        <button class="button quiet" name="decision" value="deny">Deny</button>
      </form>
      <p class="note">Goes on to ${new URL(request.redirectUri).host || new URL(request.redirectUri).protocol}</p>`,
  });
}

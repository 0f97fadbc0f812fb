/** The consent page: lists what the client asks for, and lets the user allow or deny it. */
import type { LocalResponse } from '../../http/messages.js';
import type { OAuthApplicationRow, UserRow } from '../../state/rows.js';
import type { FrontendCall } from '../frontend-call.js';
import type { AuthorizationRequest } from '../oauth/authorization-request.js';
import { html, type Markup } from './html.js';
import { page } from './page.js';
import { isLoopbackUrl } from '../../http/fetch-document.js';
import { meaningOf, ORGANIZATION_SCOPE } from '../../model/oauth/scopes.js';
import { membershipsOf } from '../../model/sessions/client-sessions.js';
import { emailOf, nameOf, textOr } from '../../model/users/names.js';

/** Fields of the forms' own: one from the link would answer in the user's stead. */
const OWN_FIELDS = ['decision', 'consented', 'organization_id'];

/** The parameters of the request that the link brought. */
export const requestFields = (query: URLSearchParams): readonly (readonly [string, string])[] =>
  [...query].filter(([field]) => !OWN_FIELDS.includes(field));

/** @param organizationId the organization that is chosen unless the user chooses another one */
export function showConsent(
  call: FrontendCall,
  request: AuthorizationRequest,
  user: UserRow,
  organizationId: string | null,
): LocalResponse {
  const { application, scopes, resources } = request;
  const name = textOr(application.name, 'An application');
  const fields = requestFields(call.request.query).map(
    ([field, value]) => html`<input type="hidden" name="${field}" value="${value}" />`,
  );
  const wanted = scopes.map((scope) => html`<li>${meaningOf(scope)}</li>`);
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
        ${fields} ${organizationChoice(call, request, user, organizationId)}
        <button class="button" name="decision" value="allow">Allow</button>
        <button class="button quiet" name="decision" value="deny">Deny</button>
      </form>
      ${clientNote(application)}
      <p class="note">Goes on to ${new URL(request.redirectUri).host || new URL(request.redirectUri).protocol}</p>`,
  });
}

/** Nothing to choose without the scope, and for a user without an organization. */
function organizationChoice(
  call: FrontendCall,
  { scopes }: AuthorizationRequest,
  user: UserRow,
  organizationId: string | null,
): Markup | null {
  const memberships = scopes.includes(ORGANIZATION_SCOPE) ? membershipsOf(call.state, user.id) : [];
  if (memberships.length === 0) return null;
  const options = memberships.map(({ organization_id: id }) => {
    const name = call.state.table('organizations').get(id)?.name ?? id;
    return id === organizationId
      ? html`<option value="${id}" selected>${name}</option>`
      : html`<option value="${id}">${name}</option>`;
  });
  return html`<label
    >Organization
    <select name="organization_id">
      ${options}
    </select></label
  >`;
}

/** The client is known by the URL of its document alone. */
function clientNote({ client_id: id, metadata_document: isDocument }: OAuthApplicationRow): Markup | null {
  if (isDocument !== true) return null;
  const offline = isLoopbackUrl(new URL(id))
    ? ' Its address is on this machine, which only the offline instance allows: Clerk takes https alone.'
    : '';
  return html`<p class="note">The client is known by its document at ${id}.${offline}</p>`;
}

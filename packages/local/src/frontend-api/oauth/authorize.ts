/** The authorization endpoint: asks the user to sign in and to consent, and gives the client a code. */
import type { LocalResponse } from '../../http/messages.js';
import type { SessionRow, UserRow } from '../../state/rows.js';
import { knownBrowser } from '../browser-of-request.js';
import { sessionOfRequest } from '../engine/action.js';
import { formOf, type FrontendCall } from '../frontend-call.js';
import { isSameOriginPost } from '../origins.js';
import { problem } from '../pages/page.js';
import { consentPage, isFromConsentPage, toConsentPage } from '../pages/consent-page.js';
import { showConsent } from '../pages/consent.js';
import { refusedForm } from '../pages/sign-in.js';
import { redirect } from '../../http/responses.js';
import { liveSession } from '../../model/sessions/client-sessions.js';
import { refusal } from '../../model/records/refusals.js';
import { maySignIn } from '../../model/users/bans-and-locks.js';
import { checkRequest, replyTo, type AuthorizationRequest, type ReplyTo } from './authorization-request.js';
import { admitDocumentClient, isDocumentUrl } from '../../model/oauth/client-documents.js';
import { hasConsentScreen } from '../../model/oauth/clients.js';
import { OAuthError } from '../../model/oauth/oauth-error.js';
import { organizationToGrant } from '../../model/oauth/organization.js';

const CODE_LIFETIME_MS = 10 * 60 * 1000;

/**
 * A test that has no browser names the user in this header, who then counts as signed in and as consenting. A header,
 * because no page can make a browser send it along with a navigation.
 */
const ACT_AS = 'x-bailiff-user';

export async function authorize(call: FrontendCall): Promise<LocalResponse> {
  const { query } = call.request;
  const clientId = query.get('client_id');
  try {
    // Only here: what follows a request, the form and the token, goes by what was recorded now.
    if (clientId !== null && isDocumentUrl(clientId)) await admitDocumentClient(call.state, clientId);
  } catch (error) {
    if (error instanceof OAuthError) return brokenLink(error.message);
    throw error;
  }
  return answer(call, query, (request) => {
    const namedId = call.request.headers[ACT_AS];
    if (namedId !== undefined) return grantAs(call, request, namedId);
    const { user, session } = signedIn(call);
    if (user === null || request.prompts.includes('login')) return askToSignIn(call, request, user);
    if (!needsConsent(request)) return grant(call, request, user, session);
    if (request.prompts.includes('none')) throw new OAuthError('consent_required', 'The user has to be asked.');
    const page = consentPage(call.state);
    if (page !== null && hasConsentScreen(request.application)) return toConsentPage(page, query, request);
    const organizationId = organizationToGrant(call.state, { ...request, userId: user.id, chosen: null }, session);
    return showConsent(call, request, user, organizationId);
  });
}

const needsConsent = ({ application, prompts }: AuthorizationRequest): boolean =>
  hasConsentScreen(application) || prompts.includes('consent');

/** The consent form comes back with the request as it was; it is checked again from the beginning. */
export function decide(call: FrontendCall): LocalResponse {
  if (!isSameOriginPost(call.request)) return refusedForm(call);
  const form = formOf(call);
  return answer(call, form, (request) => {
    const { user, session } = signedIn(call);
    if (user === null) return askToSignIn(call, request, user);
    if (form.get('decision') !== 'allow') throw new OAuthError('access_denied', 'The user did not allow it.');
    return grant(call, request, user, session, form.get('organization_id'));
  });
}

/**
 * The form of `<OAuthConsent/>`, on the application's own consent page. Its fields are the request as the page's address had it, and `consented`,
 * which has to be `true` as often as it comes: one that a link brought does not allow what the user denies.
 *
 * @throws ApiError 401, 422
 */
export function submitConsent(call: FrontendCall): LocalResponse {
  if (!isFromConsentPage(call)) return refusedForm(call);
  const form = formOf(call);
  form.set('client_id', call.params['client_id'] ?? '');
  return answer(call, form, (request) => {
    const { user, session } = sessionOfRequest(call, knownBrowser(call));
    if (!hasConsentScreen(request.application)) throw refusal('feature_requires_oauth2_consent_screen_enabled');
    if (!form.getAll('consented').every((value) => value === 'true') || !form.has('consented'))
      throw new OAuthError('access_denied', 'The user did not allow it.');
    return grant(call, request, user, session, form.getAll('organization_id').at(-1) ?? null);
  });
}

function answer(
  call: FrontendCall,
  parameters: URLSearchParams,
  next: (request: AuthorizationRequest) => LocalResponse,
): LocalResponse {
  const reply = replyTo(call.state, parameters);
  if (reply === null)
    return brokenLink('Its client_id is unknown, or its redirect_uri is not registered for that client.');
  try {
    return next(checkRequest(call.state, reply, parameters));
  } catch (error) {
    if (!(error instanceof OAuthError)) throw error;
    return respond(call, reply, { error: error.code, error_description: error.message });
  }
}

const brokenLink = (why: string): LocalResponse => problem(400, 'This link does not work', why);

function signedIn(call: FrontendCall): { readonly user: UserRow | null; readonly session: SessionRow | null } {
  const session = liveSession(call.state, knownBrowser(call)?.client ?? null);
  return { session, user: call.state.table('users').get(session?.user_id) ?? null };
}

function askToSignIn(call: FrontendCall, request: AuthorizationRequest, user: UserRow | null): LocalResponse {
  if (request.prompts.includes('none')) throw new OAuthError('login_required', 'Nobody is signed in.');
  const back = new URL(call.request.path, call.state.frontendApiUrl);
  const query = new URLSearchParams(call.request.query);
  // The user signs in before coming back, so `login` is done.
  query.set('prompt', request.prompts.filter((prompt) => prompt !== 'login').join(' '));
  if (query.get('prompt') === '') query.delete('prompt');
  back.search = query.toString();
  const page = user === null || request.prompts.includes('login') ? 'sign-in' : 'user';
  return redirect(`${call.base}/${page}?${new URLSearchParams({ redirect_url: back.href }).toString()}`);
}

function grantAs(call: FrontendCall, request: AuthorizationRequest, userId: string): LocalResponse {
  const user = call.state.table('users').get(userId);
  if (user === undefined || !maySignIn(call.state, user))
    throw new OAuthError('access_denied', 'No such user may sign in.');
  return grant(call, request, user, null, call.request.query.get('organization_id'));
}

function grant(
  call: FrontendCall,
  request: AuthorizationRequest,
  user: UserRow,
  session: SessionRow | null,
  chosen: string | null = null,
): LocalResponse {
  const { state } = call;
  const now = state.now();
  const code = state.table('authorization_codes').insert({
    id: state.secret(40),
    client_id: request.application.client_id,
    user_id: user.id,
    redirect_uri: request.redirectUri,
    scopes: request.scopes,
    code_challenge: request.codeChallenge,
    nonce: request.nonce,
    resources: request.resources,
    organization_id: organizationToGrant(state, { ...request, userId: user.id, chosen }, session),
    used: false,
    expires_at: now + CODE_LIFETIME_MS,
    created_at: now,
  });
  return respond(call, request, { code: code.id });
}

/** Back to the client, with its `state`, and with our name so that it cannot mistake us for another server (RFC 9207). */
function respond(
  call: FrontendCall,
  { redirectUri, state }: ReplyTo,
  fields: Readonly<Record<string, string>>,
): LocalResponse {
  const url = new URL(redirectUri);
  for (const [name, value] of Object.entries(fields)) url.searchParams.set(name, value);
  if (state !== null) url.searchParams.set('state', state);
  url.searchParams.set('iss', call.state.frontendApiUrl);
  return redirect(url.href);
}

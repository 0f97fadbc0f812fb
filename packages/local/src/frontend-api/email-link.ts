/** `GET /v1/verify`: the link in an e-mail. Verifies, and goes on to the page that asked for it. */
import type { LocalResponse } from '../http/messages.js';
import { redirect } from '../http/responses.js';
import { followLink } from '../model/sign-in/follow-link.js';
import { browserCookies, knownBrowser } from './browser-of-request.js';
import type { FrontendCall } from './frontend-call.js';
import { allowedRedirect } from './origins.js';
import { problem } from './pages/page.js';
import { refusedTarget } from './pages/sign-in.js';

export function verifyByLink(call: FrontendCall): LocalResponse {
  const { state, request } = call;
  // Programs that only look at a link (previews, scanners) must not use it up.
  if (request.method === 'HEAD') return { status: 204, headers: [], body: '' };
  const browser = knownBrowser(call);
  const followed = followLink(state, request.query.get('token') ?? '', browser?.client ?? null);
  if (followed === null)
    return problem(404, 'This link is not valid', 'It has been used already, or a newer one was sent.');
  const { status, redirectUrl, sessionId } = followed;
  if (redirectUrl === null)
    return problem(
      200,
      status === 'verified' ? 'You are verified' : 'This link did not work',
      'You can close this page.',
    );
  const target = allowedRedirect(state, redirectUrl);
  if (target === null) return refusedTarget(call);
  // Before the part behind `#`, where routers of pages keep their own path.
  target.searchParams.set('__clerk_status', status);
  if (sessionId !== null) target.searchParams.set('__clerk_created_session', sessionId);
  return redirect(target.href, 303, browser === null ? [] : browserCookies(state, browser));
}

/**
 * Access to the dashboard and its forms. The dashboard shows keys and acts without asking for a password, so the rules are those of the control plane, and
 * those of its own pages: other sites can neither read it nor send forms to it (OWASP, "Fetch Metadata"), and other machines need the secret key.
 */
import { isSameOriginPost } from '../frontend-api/origins.js';
import type { LocalRequest, LocalResponse } from '../http/messages.js';
import { isFromSameMachine } from '../http/same-machine.js';
import { holdsSecretKey } from '../server/secret-key.js';
import type { InstanceState } from '../state/instance-state.js';

/** The answer to a request that is not let in; null for one that is. */
export function refusalOf(state: InstanceState, request: LocalRequest): LocalResponse | null {
  const { method } = request;
  if (method !== 'GET' && method !== 'HEAD' && method !== 'POST')
    return plain(405, 'The dashboard has pages and forms.', [['Allow', 'GET, HEAD, POST']]);
  if (!isOwn(request) && !(method === 'GET' && isNavigation(request)))
    return plain(403, 'This request came from another site. Open the dashboard itself and try again.');
  if (isFromSameMachine(request) || holdsSecretKey(state, request.headers['authorization'])) return null;
  return plain(
    401,
    'From another machine, or through a proxy, the dashboard asks for the secret key as the password.',
    [['WWW-Authenticate', 'Basic realm="Bailiff local instance", charset="UTF-8"']],
  );
}

/** Sent by a page of ours, typed into the address bar, or by no browser. */
export function isOwn(request: LocalRequest): boolean {
  const { origin, host } = request.headers;
  const isOurs = origin === undefined || (URL.canParse(origin) && new URL(origin).host === host);
  return isOurs && isSameOriginPost(request);
}

/** A link was followed: whoever has set it does not see what it leads to, since the page can be neither framed nor read. */
const isNavigation = ({ headers }: LocalRequest): boolean =>
  headers['origin'] === undefined &&
  headers['sec-fetch-mode'] === 'navigate' &&
  headers['sec-fetch-dest'] === 'document';

const plain = (status: number, text: string, more: LocalResponse['headers'] = []): LocalResponse => ({
  status,
  headers: [
    ['Content-Type', 'text/plain; charset=utf-8'],
    ['Cache-Control', 'no-store'],
    ['X-Content-Type-Options', 'nosniff'],
    ...more,
  ],
  body: `${text}\n`,
});

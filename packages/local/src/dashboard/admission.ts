/**
 * Who may see the dashboard and use its forms. It shows keys and acts without asking for a password, so the rules are those of the control plane, and
 * those of its own pages: other sites can neither read it nor send forms to it (OWASP, "Fetch Metadata"), and other machines need the secret key.
 */
import { isLoopbackHost } from '../../../../src/ground/loopback.js';
import { isSameOriginPost } from '../frontend-api/origins.js';
import type { LocalRequest, LocalResponse } from '../http/messages.js';
import { holdsSecretKey } from '../server/secret-key.js';
import type { InstanceState } from '../state/instance-state.js';

/** What is passed on by a proxy or a tunnel comes from this machine and is somebody else's. */
const FORWARDED = ['clerk-proxy-url', 'forwarded', 'via', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip'];

/** Null: come in. */
export function refusalOf(state: InstanceState, request: LocalRequest): LocalResponse | null {
  const { method } = request;
  if (method !== 'GET' && method !== 'HEAD' && method !== 'POST')
    return plain(405, 'The dashboard has pages and forms.', [['Allow', 'GET, HEAD, POST']]);
  if (!isOwn(request) && !(method === 'GET' && isNavigation(request)))
    return plain(403, 'This request came from another site. Open the dashboard itself and try again.');
  if (isOfThisMachine(request) || holdsSecretKey(state, request.headers['authorization'])) return null;
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

/** The name counts as well: a page on the internet can make a name of its own point at 127.0.0.1 (DNS rebinding). */
const isOfThisMachine = ({ peer, headers }: LocalRequest): boolean =>
  isLoopbackAddress(peer) &&
  isLoopbackHost(headers['host'] ?? 'localhost') &&
  FORWARDED.every((name) => headers[name] === undefined);

/** An IPv4 address may come in the form of IPv6 (`::ffff:127.0.0.1`). */
const isLoopbackAddress = (address = ''): boolean =>
  address === '::1' || /^(?:::ffff:)?127(?:\.\d{1,3}){3}$/.test(address);

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

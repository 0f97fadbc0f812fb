/** Lets pages of known origins read every answer, errors as well, and refuses scripts of all others: cookies come along with them too. */
import type { LocalRequest, LocalResponse } from '../../http/messages.js';
import { refusal } from '../../model/records/refusals.js';
import type { InstanceState } from '../../state/instance-state.js';
import type { FrontendCall, FrontendHandler } from '../frontend-call.js';
import { allowedOrigin } from '../origins.js';

const EXPOSED = 'Retry-After, X-Country, Clerk-Db-Jwt';

export function forPages(handler: FrontendHandler): FrontendHandler {
  return async (call) => {
    const origin = call.request.headers['origin'];
    if (origin === undefined) return handler(call);
    if (!allowedOrigin(call.state, origin)) throw refusal('origin_invalid');
    return readableBy(origin, await handler(call));
  };
}

/** A refusal that no route of ours made, readable all the same: the client takes one that it cannot read for a dead network, and asks again. */
export function readableRefusal(state: InstanceState, { headers }: LocalRequest, answer: LocalResponse): LocalResponse {
  const { origin } = headers;
  const isReadable = answer.headers.some(([name]) => name === 'Access-Control-Allow-Origin');
  if (answer.status < 400 || isReadable || origin === undefined || !allowedOrigin(state, origin)) return answer;
  return readableBy(origin, answer);
}

function readableBy(origin: string, answer: LocalResponse): LocalResponse {
  const headers = [
    ['Access-Control-Allow-Origin', origin],
    ['Access-Control-Allow-Credentials', 'true'],
    ['Access-Control-Expose-Headers', EXPOSED],
    ['Vary', 'Origin'],
  ] as const;
  return { ...answer, headers: [...answer.headers, ...headers] };
}

export function preflight({ request }: FrontendCall): LocalResponse {
  const headers = [
    ['Access-Control-Allow-Methods', 'GET, POST, PATCH, PUT, DELETE'],
    ['Access-Control-Allow-Headers', request.headers['access-control-request-headers'] ?? ''],
  ] as const;
  return { status: 204, headers, body: '' };
}

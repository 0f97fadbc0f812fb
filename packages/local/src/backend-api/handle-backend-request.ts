/** One Backend API request: match, authenticate, validate, handle, project, answer. */
import { createHash } from 'node:crypto';
import type { LocalRequest, LocalResponse } from '../http/messages.js';
import type { InstanceState } from '../state/instance-state.js';
import { authenticate } from './engine/authenticate.js';
import type { BackendRoute } from './engine/backend-route.js';
import { ApiError } from '../model/records/api-error.js';
import { refusal } from '../model/records/refusals.js';
import type { Caller, OperationCall } from './engine/operation.js';
import { readRequest } from './engine/read-request.js';
import type { RequestInput } from './engine/read-request.js';
import { checkOfVersion } from './engine/versions.js';
import { matchRoute } from './routes.js';
import { messageOf } from '../ground/message-of.js';
import { isPromise } from '../../../../src/ground/realm.js';

// Exactly this value: the official client reads anything else (a charset, another casing) as text.
const JSON_HEADERS = [['Content-Type', 'application/json']] as const;
const HTML_HEADERS = [['Content-Type', 'text/html; charset=utf-8']] as const;

/**
 * Answers any path that is not of the Frontend API. Never throws and never rejects for what a client sends.
 * The operation that matched is told by {@link operationOf}.
 */
export function handleBackendRequest(
  state: InstanceState,
  request: LocalRequest,
): LocalResponse | Promise<LocalResponse> {
  try {
    const { route, params } = matchRoute(request.method, request.path);
    const caller: Caller = route.authenticated ? authenticate(route.id, request, state) : { kind: 'secret' };
    const check = checkOfVersion(route.id, request);
    const run = (input: RequestInput) => {
      check(input.body);
      const call: OperationCall = { operationId: route.id, params, caller, request, ...input };
      const result = route.handler(call, state);
      return isPromise(result) ? result.then((value) => answer(route, call, value)) : answer(route, call, result);
    };
    const input = readRequest(route, params, request);
    const response = isPromise(input) ? input.then(run) : run(input);
    return isPromise(response) ? response.catch((error: unknown) => refuse(error, request)) : response;
  } catch (error) {
    return refuse(error, request);
  }
}

/** The operationId that a request would reach, or null: for the request log and for faults by operation. */
export function operationOf(method: string, path: string): string | null {
  try {
    return matchRoute(method, path).route.id;
  } catch {
    return null;
  }
}

function answer(route: BackendRoute, call: OperationCall, value: unknown): LocalResponse {
  if (route.html) return { status: route.status, headers: HTML_HEADERS, body: String(value) };
  if (!route.render) return { status: route.status, headers: [], body: '' };
  const body = route.render(value, call.query['paginated'] === true);
  return { status: route.status, headers: JSON_HEADERS, body };
}

function refuse(error: unknown, request: LocalRequest): LocalResponse {
  const known =
    error instanceof ApiError
      ? error
      : refusal(
          'internal_clerk_error',
          `The local instance failed: ${(error as Partial<Error> | null)?.stack ?? messageOf(error)}`,
        );
  const body = {
    errors: [
      {
        message: known.message,
        long_message: known.longMessage,
        code: known.code,
        ...(known.meta ? { meta: known.meta } : {}),
      },
    ],
    clerk_trace_id: traceId(request, known),
  };
  return { status: known.status, headers: JSON_HEADERS, body: JSON.stringify(body) };
}

/** The same request refused for the same reason has the same id: a recorded answer compares equal on every run. */
function traceId(request: LocalRequest, error: ApiError): string {
  const subject = `${request.method} ${request.path}?${request.query.toString()} ${error.code}`;
  return createHash('sha256').update(subject).update(request.body).digest('hex').slice(0, 32);
}

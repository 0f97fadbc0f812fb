import { newerRoutes } from '../backend-api/newer-routes.js';
import { handleBackendRequest, operationOf } from '../backend-api/handle-backend-request.js';
import { specification } from '../document/specification.js';
import { handleControlRequest, isControlPath } from './control-routes.js';
import type { Faults, FaultEffect } from './faults.js';
import { frontendOperationOf } from '../frontend-api/engine/frontend-operation.js';
import { frontendRequest, isFrontendRequest } from '../frontend-api/engine/transport.js';
import { handleFrontendRequest } from '../frontend-api/handle-frontend-request.js';
import type { ExchangeLog } from './exchange-log.js';
import type { Hints } from './hints.js';
import type { RequestLog } from './request-log.js';
import type { LocalRequest, LocalResponse } from '../http/messages.js';
import type { InstanceState } from '../state/instance-state.js';
import { messageOf } from '../ground/message-of.js';
import { isPromise } from '../../../../src/ground/realm.js';

/** An answer of which only a beginning goes out, or nothing; then the connection is cut (`reset`), or nothing more comes (`hang`). */
export interface Broken {
  readonly by: 'reset' | 'hang';
  readonly beginning: { readonly response: LocalResponse; readonly body: Uint8Array } | null;
}
export type Outcome = LocalResponse | Broken;

export interface RequestHandlerParts {
  readonly state: InstanceState;
  readonly requestLog: RequestLog;
  readonly exchanges: ExchangeLog;
  readonly faults: Faults;
  /** The page for developers. Its requests are in no log and have no faults: it shows the one and switches off the other. */
  readonly dashboard: (request: LocalRequest) => Promise<LocalResponse>;
  readonly hints: Hints;
  /** Called before an answer leaves, so that what a client was told is kept. */
  readonly settle: () => void;
}

/** Every request of every way in goes through here: fault, answer, request log. */
export function createRequestHandler(
  parts: RequestHandlerParts,
): (request: LocalRequest) => Outcome | Promise<Outcome> {
  const { state, requestLog, exchanges, faults, dashboard, hints, settle } = parts;

  const answer = (request: LocalRequest): LocalResponse | Promise<LocalResponse> => {
    const frontend = frontendRequest(request);
    if (frontend !== null) {
      hints.look(state, frontend);
      return handleFrontendRequest(state, frontend);
    }
    return isControlPath(request.path) ? handleControlRequest(state, request) : handleBackendRequest(state, request);
  };

  const kept = (outcome: Outcome): Outcome => {
    try {
      settle();
      return outcome;
    } catch (error) {
      return failureAnswer(error);
    }
  };

  return (request) => {
    if (isDashboardRequest(request)) return dashboard(request).then(kept, failureAnswer);
    const startedAt = performance.now();
    const finish = (answered: Outcome): Outcome => {
      const outcome = kept(answered);
      const response = 'by' in outcome ? null : outcome;
      const happened = { at: state.now(), durationMs: performance.now() - startedAt };
      requestLog.add({ request, status: response?.status ?? null, ...happened });
      exchanges.add({ request, response, ...happened });
      return outcome;
    };

    const effect = faults.active ? faults.claim(request, reachedOperation(request)) : null;
    if (effect === null) {
      const response = answer(request);
      return isPromise(response) ? response.then(finish) : finish(response);
    }
    return applyFault(effect, () => answer(request)).then(finish);
  };
}

async function applyFault(
  effect: FaultEffect,
  trueAnswer: () => LocalResponse | Promise<LocalResponse>,
): Promise<Outcome> {
  const { delayMs, until, answer, breaks } = effect;
  await pause(delayMs);
  await until;
  if (breaks !== null && breaks.afterBytes === undefined) return { by: breaks.by, beginning: null };
  const response = answer ?? (await trueAnswer());
  if (breaks === null) return response;
  const body = typeof response.body === 'string' ? Buffer.from(response.body) : response.body;
  return { by: breaks.by, beginning: { response, body: body.subarray(0, breaks.afterBytes) } };
}

/** A fault of our own, such as a full disk under `persist`: the client is told, and the instance goes on. */
export function failureAnswer(error: unknown): LocalResponse {
  const message = `The local instance failed: ${messageOf(error)}`;
  const body = JSON.stringify({ errors: [{ message, long_message: message, code: 'internal_clerk_error' }] });
  return { status: 500, headers: [['Content-Type', 'application/json']], body };
}

/** The operation's id in the API description; null for the Frontend API and for unknown paths. */
export function reachedOperation(request: Omit<LocalRequest, 'body' | 'origin'>): string | null {
  const { method, path } = request;
  return isFrontendRequest(request) || isControlPath(path) ? null : operationOf(method, path);
}

/** The operation's id in whichever API's description. */
export const namedOperation = (request: Omit<LocalRequest, 'body' | 'origin'>): string | null =>
  reachedOperation(request) ?? frontendOperationOf(request);

/** Whether there is an operation of this id, in whatever case. */
export function isOperation(id: string): boolean {
  const wanted = id.toLowerCase();
  const ids = [
    ...specification().operations.map((operation) => operation.id),
    ...newerRoutes().map(({ value }) => value.id),
  ];
  return ids.some((known) => known.toLowerCase() === wanted);
}

/** The root is the page for developers; behind an application's proxy, it is that of the Frontend API. */
const isDashboardRequest = ({ path, headers }: LocalRequest): boolean =>
  path === '/dashboard' || path.startsWith('/dashboard/') || (path === '/' && headers['clerk-proxy-url'] === undefined);

function pause(ms: number): Promise<void> {
  return ms > 0 ? new Promise((resolve) => setTimeout(resolve, ms)) : Promise.resolve();
}

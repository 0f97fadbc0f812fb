/** From the operations of the document to routes: reading, action, projection, envelope, errors. */
import { createHash } from 'node:crypto';
import { envelopedType, frontendDocument, type FrontendOperation } from '../../document/frontend-document.js';
import { projectionOf } from '../../document/frontend-projection.js';
import type { LocalResponse } from '../../http/messages.js';
import { json } from '../../http/responses.js';
import { ApiError } from '../../model/records/api-error.js';
import { refusal } from '../../model/records/refusals.js';
import { recordActivity } from '../../model/sessions/activity.js';
import { newBrowser, type Browser } from '../../model/sessions/browsers.js';
import { browserCookies, knownBrowser } from '../browser-of-request.js';
import type { FrontendCall, FrontendHandler } from '../frontend-call.js';
import type { FrontendRoutes } from '../answer-route.js';
import { viewClient } from '../views/client.js';
import type { Action, Actions } from './action.js';
import { forPages, preflight } from './cors.js';
import { readInput } from './input.js';

/**
 * A route for each operation of the document that `taken` does not have already. What has no action is answered 501, by name.
 *
 * @throws Error for an action whose operation the document does not have
 */
export function operationRoutes(actions: Actions, taken: ReadonlySet<string>): FrontendRoutes {
  const { operations } = frontendDocument();
  const ids = new Set(Object.values(operations).map(({ id }) => id));
  const unknown = Object.keys(actions).filter((id) => !ids.has(id));
  if (unknown.length > 0) throw new Error(`spec/frontend-api.json has no operation ${unknown.join(', ')}`);
  const routes: Record<string, FrontendHandler> = {};
  for (const [route, operation] of Object.entries(operations)) {
    const [, path = ''] = route.split(' ');
    const action = actions[operation.id];
    if (taken.has(route)) continue;
    routes[route] = forPages(action === undefined ? notBuilt(operation) : answer(operation, action));
    routes[`OPTIONS ${path}`] = forPages(preflight);
  }
  return routes;
}

const notBuilt = (operation: FrontendOperation): FrontendHandler => {
  const message = `The local instance does not have the operation ${operation.id} of the Frontend API.`;
  return () => {
    throw refusal('not_implemented', message);
  };
};

const answer =
  (operation: FrontendOperation, action: Action): FrontendHandler =>
  async (call) => {
    const { state } = call;
    let browser = knownBrowser(call);
    let isNew = false;
    const make = (): Browser => {
      if (browser === null) isNew = true;
      return (browser ??= newBrowser(state));
    };
    // A row may have changed since, or have come into being: look again each time.
    const known = (): Browser | null => (browser === null ? null : refreshed(call, browser));
    const current = (): Browser => refreshed(call, make());
    const respond = (status: number, body: unknown): LocalResponse => {
      const cookies = browser !== null && isNew ? browserCookies(state, browser) : [];
      return json(
        body,
        status,
        cookies.map((cookie) => ['Set-Cookie', cookie] as const),
      );
    };
    try {
      const { fields, files } = await readInput(call.request);
      const value = await action({ ...call, fields, files, browser: current, known });
      recordActivity(state, known()?.client ?? null, call.request);
      return respond(operation.status ?? 200, shown(call, operation, value, known()));
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      return respond(error.status, errorBody(call, error));
    }
  };

const refreshed = ({ state }: FrontendCall, browser: Browser): Browser => {
  const clientId = state.table('dev_browsers').get(browser.token)?.client_id;
  return { token: browser.token, client: state.table('clients').get(clientId) ?? null };
};

function shown(
  call: FrontendCall,
  { answer: type }: FrontendOperation,
  value: unknown,
  browser: Browser | null,
): unknown {
  if (type === undefined) return value;
  const inner = envelopedType(type);
  if (inner === null) return projectionOf(type)(value);
  // The whole client comes along, and the page takes it for its state: with what changes something, and with one resource that is looked at again.
  const isLook = call.request.method === 'GET' && /^Page<|\[\]$|^Client\b/.test(inner);
  const client = isLook ? null : (browser?.client ?? null);
  const view = client === null ? null : projectionOf('Client')(viewClient(call, client));
  return { response: projectionOf(inner)(value), client: view };
}

function errorBody({ request }: FrontendCall, { code, message, longMessage, meta }: ApiError): object {
  const subject = `${request.method} ${request.path}?${request.query.toString()} ${code}`;
  return {
    errors: [{ message, long_message: longMessage, code, ...(meta === undefined ? {} : { meta }) }],
    clerk_trace_id: createHash('sha256').update(subject).digest('hex').slice(0, 32),
  };
}

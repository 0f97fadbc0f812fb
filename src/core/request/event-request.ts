/** Which request an event is about, in words that a log can hold whatever a client has sent. */
import { safeText } from '../../ground/error-text.js';
import type { EventRequest, RequestView } from '../../types.js';

/** W3C Trace Context, section 3.2: version, trace, parent, flags. An id of zeros alone is none. */
const TRACE_PARENT = /^(?!ff)[\da-f]{2}-(?!0{32})[\da-f]{32}-(?!0{16})[\da-f]{16}-[\da-f]{2}$/;
const METHOD = /^[A-Z][A-Z-]{0,19}$/;
const MAX_ID = 128;
const MAX_ROUTE = 256;

const NO_REQUEST: EventRequest = Object.freeze({ method: null, route: null, requestId: null });

/** @param view undefined: the event is about no single request. One that throws tells nothing; it never throws here. */
export function eventRequest(view: RequestView | undefined): EventRequest {
  if (view === undefined) return NO_REQUEST;
  try {
    const { method, route } = view;
    return {
      method: METHOD.test(method) ? method : '_OTHER',
      route: typeof route === 'string' ? safeText(route.slice(0, MAX_ROUTE)) || null : null,
      requestId: requestIdOf(view),
    };
  } catch {
    return NO_REQUEST;
  }
}

function requestIdOf(view: RequestView): string | null {
  const parent = view.header('traceparent') ?? '';
  if (TRACE_PARENT.test(parent)) return parent;
  // Cut first: the header may be long, and a text with a token in it is no id.
  const id = (view.header('x-request-id') ?? '').slice(0, MAX_ID).replace(/[^\w.:+/=@,~-]/g, '');
  return safeText(id) || null;
}

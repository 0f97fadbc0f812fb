/** One request to the Frontend API, with what several routes need of it worked out. */
import type { LocalRequest, LocalResponse } from '../http/messages.js';
import type { InstanceState } from '../state/instance-state.js';
import { isRecord } from '../../../../src/ground/is-record.js';
import { parseCookies } from '../http/cookies.js';
import { readForm, readJson } from '../http/read-body.js';
import type { Fields } from '../state/rows.js';

export interface FrontendCall {
  readonly state: InstanceState;
  readonly request: LocalRequest;
  /** Parameters from the path of the route. */
  readonly params: Readonly<Record<string, string>>;
  readonly cookies: ReadonlyMap<string, string>;
  /** Put before links: empty, or the path at which an application's proxy shows this API (`/__clerk`). */
  readonly base: string;
}

export type FrontendHandler = (call: FrontendCall) => LocalResponse | Promise<LocalResponse>;

export function createCall(
  state: InstanceState,
  request: LocalRequest,
  params: Readonly<Record<string, string>>,
): FrontendCall {
  return { state, request, params, cookies: parseCookies(request.headers['cookie']), base: proxyBase(request) };
}

/** Fields of an HTML form, or of a JSON object (values that are not text are left out). */
export function formOf(call: FrontendCall): URLSearchParams {
  if (!(call.request.headers['content-type'] ?? '').startsWith('application/json')) return readForm(call.request);
  const fields = Object.entries(jsonOf(call)).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  );
  return new URLSearchParams(fields);
}

/** The body as a JSON object; empty if it is anything else. */
export function jsonOf(call: FrontendCall): Fields {
  try {
    const value = readJson(call.request);
    return isRecord(value) ? value : {};
  } catch {
    return {};
  }
}

/** Only the path of what a proxy says, so that a forged header cannot point links at another host. */
function proxyBase(request: LocalRequest): string {
  const announced = request.headers['clerk-proxy-url'];
  if (announced === undefined || !URL.canParse(announced)) return '';
  const path = new URL(announced).pathname.replace(/\/+$/, '');
  return /^(\/[\w.~-]+)*$/.test(path) ? path : '';
}

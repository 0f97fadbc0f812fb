/** The types between engine and handlers: a call, its caller, a handler. */
import type { LocalRequest } from '../../http/messages.js';
import type { InstanceState } from '../../state/instance-state.js';
import type { UploadedFile } from '../../http/read-body.js';
import type { Fields } from '../../state/rows.js';

/** The caller: the secret key of the instance, or the secret key of one machine. */
export type Caller = { readonly kind: 'secret' } | { readonly kind: 'machine'; readonly machineId: string };

/** A request that matched an operation, was authenticated and is valid by the document. */
export interface OperationCall {
  readonly operationId: string;
  /** Path parameters, decoded. */
  readonly params: Readonly<Record<string, string>>;
  /** Typed after the document: integers, booleans, lists; defaults of the document filled in. */
  readonly query: Readonly<Record<string, unknown>>;
  readonly body: Readonly<Record<string, unknown>> | readonly unknown[] | undefined;
  readonly caller: Caller;
  readonly request: LocalRequest;
  readonly files?: Readonly<Record<string, UploadedFile>>;
}

/** Gives the response body before projection through the document's response schema. May throw `ApiError`. */
export type Handler = (call: OperationCall, state: InstanceState) => unknown;

/** Handlers by operationId. */
export type Handlers = Readonly<Record<string, Handler>>;

/** The object body of a call, as the document describes it; `{}` when nothing was sent. */
export function bodyOf<Body = Fields>(call: OperationCall): Body {
  return (call.body === undefined || Array.isArray(call.body) ? {} : call.body) as Body;
}

/** The items of a call whose body is a list. */
export function itemsOf<Items extends readonly unknown[]>(call: OperationCall): Items {
  return call.body as Items;
}

/** The query of a call, as the document describes it. */
export function queryOf<Query = Fields>(call: OperationCall): Query {
  return call.query as Query;
}

/** The path's last parameter: the id of what the operation is about. */
export function idOf(call: OperationCall): string {
  return Object.values(call.params).at(-1) ?? '';
}

/** A parameter of the path; the router has matched it, so it is there. */
export function param(call: OperationCall, name: string): string {
  return call.params[name] ?? '';
}

/** Under this key a handler's result may carry fields that the document does not declare yet. */
export const LATER_FIELDS: unique symbol = Symbol('later fields');

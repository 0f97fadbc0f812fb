/** What the engine and the resources say to each other: a call, a handler, a refusal. */
import type { LocalRequest, InstanceState } from '../../state/instance-state.js';

/** A file of a multipart upload. */
export interface UploadedFile {
  readonly filename: string;
  readonly contentType: string;
  readonly bytes: Uint8Array;
}

/** Who calls: the secret key of the instance, or the secret key of one machine. */
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

export interface ApiErrorOptions {
  readonly longMessage?: string;
  /** Ends up as `meta.param_name`. */
  readonly paramName?: string;
  readonly meta?: Readonly<Record<string, unknown>>;
}

/** A refusal in Clerk's error envelope. */
export class ApiError extends Error {
  readonly longMessage: string;
  readonly meta: Readonly<Record<string, unknown>> | undefined;

  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    options: ApiErrorOptions = {},
  ) {
    super(message);
    this.name = 'ApiError';
    this.longMessage = options.longMessage ?? message;
    this.meta = options.paramName === undefined ? options.meta : { ...options.meta, param_name: options.paramName };
  }
}

/** The object body of a call; `{}` when nothing was sent. */
export function bodyOf(call: OperationCall): Readonly<Record<string, unknown>> {
  return call.body === undefined || Array.isArray(call.body) ? {} : (call.body as Readonly<Record<string, unknown>>);
}

/** Under this key a handler's result may carry fields that the document does not declare yet. */
export const LATER_FIELDS: unique symbol = Symbol('later fields');

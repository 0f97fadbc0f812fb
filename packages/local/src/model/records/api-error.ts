/** A refusal in the words of Clerk's API: the model throws it, and each API puts it into an answer. */
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

/** A refusal in the words of Clerk's API: the model throws it, and each API puts it into an answer. */
import { FRONTEND_REFUSALS } from './frontend-refusals.js';
import { REFUSALS } from './refusal-table.js';

const CODES = { ...REFUSALS, ...FRONTEND_REFUSALS };

export type ErrorCode = keyof typeof CODES;

export interface ApiErrorOptions {
  /** Default: the message of the code. */
  readonly longMessage?: string | undefined;
  /** Ends up as `meta.param_name`. */
  readonly paramName?: string | undefined;
  readonly meta?: Readonly<Record<string, unknown>> | undefined;
  /** The second status of a code that has two. */
  readonly second?: boolean | undefined;
}

/** A refusal in Clerk's error envelope; status and message are those that the table has for its code. */
export class ApiError extends Error {
  readonly status: number;
  readonly longMessage: string;
  readonly meta: Readonly<Record<string, unknown>> | undefined;

  constructor(
    readonly code: ErrorCode,
    options: ApiErrorOptions = {},
  ) {
    const [status, message, second = status]: readonly [number, string, number?] = CODES[code];
    super(message);
    this.name = 'ApiError';
    this.status = options.second === true ? second : status;
    this.longMessage = options.longMessage ?? message;
    this.meta = options.paramName === undefined ? options.meta : { ...options.meta, param_name: options.paramName };
  }
}

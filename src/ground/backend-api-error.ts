/** A call of the Backend API that failed: for the client in `bailiff/api`, and for what authentication does on the application's behalf. */
import { BailiffError } from '../errors.js';
import { errorsIn } from './upstream-body.js';

/** One entry of the API's error list, as on the wire. */
export interface BackendApiErrorItem {
  readonly code: string;
  readonly message: string;
  readonly long_message?: string;
  readonly meta?: Readonly<Record<string, unknown>>;
}

/**
 * Codes of failures that Clerk did not name. Others are Clerk's own (`resource_not_found`, `clerk_key_invalid`, …).
 *
 * - `network-error`: no answer came; `cause` says why
 * - `timeout`: no answer in time
 * - `aborted`: the caller's signal; `cause` is its reason
 * - `unexpected-response`: an answer that is not the API's (a proxy's page, a redirect, broken JSON)
 *
 * @example
 * ```ts
 * import { BackendApiError, type BackendApiFailure } from 'bailiff/api';
 *
 * const passing: readonly BackendApiFailure[] = ['network-error', 'timeout'];
 * export const mayPass = (error: unknown) =>
 *   error instanceof BackendApiError && passing.some((code) => code === error.code);
 * ```
 */
export type BackendApiFailure = 'network-error' | 'timeout' | 'aborted' | 'unexpected-response';

/** What is known beside code and text: what an answer told, or the cause of there being none. */
export type Facts = Partial<Pick<BackendApiError, 'status' | 'errors' | 'traceId' | 'retryAfterMs' | 'cause'>>;

/**
 * A call of the Backend API failed. Holds everything that a person needs to act, and no key.
 *
 * @example
 * ```ts
 * import { BackendApiError, createBackendApi } from 'bailiff/api';
 *
 * const api = createBackendApi();
 * const user = await api.users.get('user_1').catch((error: unknown) => {
 *   if (error instanceof BackendApiError && error.status === 404) return null;
 *   throw error;
 * });
 * console.log(user?.first_name);
 * ```
 */
export class BackendApiError extends BailiffError {
  override readonly name = 'BackendApiError';
  protected static override readonly bailiffClass = 'BackendApiError';
  /** The method that was called (`users.get`, `getToken({ template: "supabase" })`). */
  declare readonly operation: string;
  /** Code of the first error, or one of {@link BackendApiFailure}. */
  declare readonly code: string;
  /** HTTP status; null when no answer came. */
  declare readonly status: number | null;
  /** The errors as the API gave them. */
  declare readonly errors: readonly BackendApiErrorItem[];
  /** What Clerk's support asks for. */
  declare readonly traceId: string | null;
  /** When to try again, in milliseconds from the answer. */
  declare readonly retryAfterMs: number | null;

  constructor(operation: string, code: string, detail: string, facts: Facts = {}) {
    const trace = facts.traceId ? ` (trace ${facts.traceId})` : '';
    super(
      `${operation}: ${code}: ${detail}${trace}`,
      facts.errors?.[0]?.code ? 'codes-of-the-backend-api' : code,
      facts,
    );
    Object.assign(this, { operation, code, status: null, errors: [], traceId: null, retryAfterMs: null }, facts);
  }
}

/**
 * The error that an answer of the API tells.
 *
 * @param operation for the message: the call
 * @param detail in words, where the answer has none
 * @param facts what the answer says beside its body; `traceId` counts where the body has none
 */
export function errorOfAnswer(
  operation: string,
  body: unknown,
  detail: string,
  facts: Required<Pick<BackendApiError, 'status' | 'traceId' | 'retryAfterMs'>>,
): BackendApiError {
  const { clerk_trace_id: trace } = Object(body) as { readonly clerk_trace_id?: string };
  const errors = errorsIn(body) as readonly BackendApiErrorItem[];
  const first = Object(errors[0]) as Partial<BackendApiErrorItem>;
  return new BackendApiError(
    operation,
    first.code ?? 'unexpected-response',
    first.long_message ?? first.message ?? detail,
    { ...facts, errors, traceId: trace ?? facts.traceId },
  );
}

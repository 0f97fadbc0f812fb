/** Emits the event `denied`: for requests that are answered with 400, and for callers that a guard refuses. */
import type { RequestState, RequestView } from '../../types.js';
import type { Config } from '../config/config.js';
import type { GuardResult } from '../guards/denial.js';
import { eventRequest } from '../request/event-request.js';

/** Such a request is answered before anything is read from it, so its duration is 0. */
const BAD_REQUEST = {
  type: 'denied',
  by: 'request',
  status: 400,
  tokenType: null,
  reason: 'bad-request',
  missing: null,
  durationMs: 0,
} as const;

export function emitBadRequest({ emit }: Config, view: RequestView): void {
  emit?.({ ...BAD_REQUEST, ...eventRequest(view) });
}

/** A browser that is sent away to renew its session (307) is not refused. */
export function emitDenied(
  { emit }: Config,
  view: RequestView,
  { tokenType, reason: stated }: RequestState,
  result: GuardResult,
  durationMs: number,
): void {
  if (result.allowed || ('answer' in result && result.answer.status === 307)) return;
  const { status } = 'answer' in result ? result.answer : result.denial;
  const [reason, missing] =
    'answer' in result ? [stated, null] : [result.denial.reason ?? result.denial.code, result.denial.missing];
  emit?.({ type: 'denied', by: 'guard', status, tokenType, reason, missing, durationMs, ...eventRequest(view) });
}

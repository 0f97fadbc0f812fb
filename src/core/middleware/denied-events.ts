/** Events `denied`: of requests that are impossible, and of callers that a guard refuses. */
import type { RequestState, RequestView } from '../../types.js';
import type { Config } from '../config/config.js';
import type { GuardResult } from '../guards/denial.js';
import { eventRequest } from '../request/event-request.js';

/** Nothing of such a request is read, so nothing takes time. */
const IMPOSSIBLE = {
  type: 'denied',
  by: 'request',
  status: 400,
  tokenType: null,
  reason: 'bad-request',
  missing: null,
  durationMs: 0,
} as const;

export function tellImpossible({ emit }: Config, view: RequestView): void {
  emit?.({ ...IMPOSSIBLE, ...eventRequest(view) });
}

/** A browser that is sent away to renew its session (307) is not refused. */
export function tellDenied(
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

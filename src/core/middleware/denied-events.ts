/** Emits the event `denied`: for requests and upgrades that are refused unseen, and for callers that a guard refuses. */
import type { RequestState, RequestView, TokenType } from '../../types.js';
import type { Config } from '../config/config.js';
import type { GuardResult } from '../guards/denial.js';
import { eventRequest } from '../request/event-request.js';

/** For a refusal that no requirement decided, and that took no time of its own. */
export function emitRefusal(
  { emit }: Config,
  view: RequestView,
  by: 'request' | 'guard',
  status: number,
  reason: string,
  tokenType: TokenType | null = null,
): void {
  emit?.({ type: 'denied', by, status, tokenType, reason, missing: null, durationMs: 0, ...eventRequest(view) });
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

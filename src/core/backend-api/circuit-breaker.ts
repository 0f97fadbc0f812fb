/**
 * A circuit breaker: an outage is paid for by a few requests, not by every one. After {@link FAILURES_TO_OPEN} failures
 * in a row nothing is tried for {@link OPEN_MS}; then one probe goes through and its result decides.
 *
 * One for each operation: what an attacker can provoke at one endpoint must not close another.
 */
import type { Clock } from '../../ports.js';

const FAILURES_TO_OPEN = 5;
const OPEN_MS = 5_000;

export interface CircuitBreaker {
  /** Null: go ahead, and call `leave` afterwards. Else: do not, and how long to wait in milliseconds. */
  enter(): number | null;
  /** @param ok whether Clerk answered; null: it was not asked, because this server failed */
  leave(ok: boolean | null): void;
  isOpen(): boolean;
}

export function createCircuitBreaker(now: Clock): CircuitBreaker {
  let failures = 0;
  let openedAt: number | null = null;
  /** When the probe that is under way began; null: none is. */
  let probedAt: number | null = null;

  /** What is left of {@link OPEN_MS} since then, in milliseconds; a clock that was set back must not keep it shut. */
  function remaining(since: number | null): number {
    if (since === null) return 0;
    const elapsed = now() - since;
    return elapsed < 0 ? 0 : Math.max(0, OPEN_MS - elapsed);
  }

  return {
    enter() {
      if (openedAt === null) return null;
      const waitMs = remaining(openedAt);
      if (waitMs > 0) return waitMs;
      // A probe ends within its time limit. One that does not was dropped by the runtime, with the request that had started it.
      if (remaining(probedAt) > 0) return OPEN_MS;
      probedAt = now();
      return null;
    },
    leave(ok) {
      probedAt = null;
      if (ok === null) return;
      failures = ok ? 0 : failures + 1;
      if (ok) openedAt = null;
      else if (failures >= FAILURES_TO_OPEN) openedAt = now();
    },
    isOpen: () => remaining(openedAt) > 0,
  };
}

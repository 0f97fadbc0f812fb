/**
 * A circuit breaker: an outage is paid for by a few requests, not by every one. After {@link FAILURES_TO_OPEN} failures
 * in a row nothing is tried for {@link OPEN_MS}; then one probe goes through and its result decides. A probe that nobody hears of
 * again (a runtime drops it with the request that had started it) is followed by another after the same time.
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

  /** Milliseconds until a probe may go; a clock that was set back must not keep it shut. */
  function remaining(): number {
    if (openedAt === null) return 0;
    const elapsed = now() - openedAt;
    return elapsed < 0 ? 0 : Math.max(0, OPEN_MS - elapsed);
  }

  return {
    enter() {
      if (openedAt === null) return null;
      const waitMs = remaining();
      if (waitMs > 0) return waitMs;
      // For everybody else the circuit is open anew.
      openedAt = now();
      return null;
    },
    leave(ok) {
      if (ok === null) return;
      failures = ok ? 0 : failures + 1;
      if (ok) openedAt = null;
      else if (failures >= FAILURES_TO_OPEN) openedAt = now();
    },
    isOpen: () => remaining() > 0,
  };
}

/**
 * Tasks that nobody waits for. A Worker ends what a request has begun when its answer is out, unless the platform was told
 * of it: so whoever begins such a task hands it to the `waitUntil` of the request at hand.
 */
import type { WaitUntil } from '../ports.js';

const nothing = (): void => undefined;

/**
 * Lets `task` run on behind the answer. How it ends is nobody's business here, and neither is what a platform's or a
 * user's `waitUntil` makes of it: one that throws or rejects leaves the task running, unattached.
 */
export function runBehind(task: Promise<unknown>, waitUntil: WaitUntil | undefined): void {
  const settled = task.catch(nothing);
  try {
    // Declared to return nothing, but an async function fits that type, and its rejection would be nobody's.
    Promise.resolve(waitUntil?.(settled)).catch(nothing);
  } catch {
    // No execution context, or one that is over.
  }
}

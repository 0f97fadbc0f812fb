/**
 * Tasks that no request waits for. When an answer has been sent, a Worker ends the tasks of the request, except those that
 * the platform was told of. So the code that starts such a task hands it to the `waitUntil` of the request at hand.
 */
import type { WaitUntil } from '../ports.js';

const nothing = (): void => undefined;

/**
 * Lets `task` run on after the answer. Its result is ignored. So is a `waitUntil` of a platform or a user that throws or
 * rejects: the task then runs on without it.
 */
export function runInBackground(task: Promise<unknown>, waitUntil: WaitUntil | undefined): void {
  const settled = task.catch(nothing);
  try {
    // An async function fits the type `void` as well, and its rejection would be unhandled.
    Promise.resolve(waitUntil?.(settled)).catch(nothing);
  } catch {
    // There is no execution context, or it has ended.
  }
}

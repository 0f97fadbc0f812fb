/** Times that the calls of a session share, in milliseconds. */

/** What a caller is told to wait when an outage says nothing itself. */
export const RETRY_AFTER_MS = 1_000;

/** How long a request waits for a call that another one started. The call gives up after 3 s; this is for those that the runtime has dropped. */
export const WAITER_DEADLINE_MS = 5_000;

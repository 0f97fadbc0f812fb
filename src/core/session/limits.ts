/** Times that the calls of a session share, in milliseconds. */

/** How long a request waits for a call that another one started. The call gives up after 3 s; this is for those that the runtime has dropped. */
export const WAITER_DEADLINE_MS = 5_000;

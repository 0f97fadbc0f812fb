/** Deliveries of webhooks that failed, as lines. */
import type { WebhookDelivery } from '../webhooks/webhook-types.js';
import { duration, printable, type Paint } from './terminal.js';

export interface FailedAttempt {
  readonly at: number;
  readonly url: string;
  readonly type: string;
  readonly messageId: string;
  /** Null: no answer. */
  readonly status: number | null;
  /** Beginning with 1. */
  readonly attempt: number;
  /** When the next one is due; null: none is. */
  readonly nextAttemptAt: number | null;
}

/** @returns a function that gives, of the deliveries it is shown, the failed attempts that it has not given before */
export function createFailureWatch(): (deliveries: readonly WebhookDelivery[]) => readonly FailedAttempt[] {
  let seen: ReadonlyMap<string, number> = new Map();
  return (deliveries) => {
    const keyed = deliveries.map((delivery) => [`${delivery.messageId} ${delivery.endpointId}`, delivery] as const);
    const failed = keyed.flatMap(([key, delivery]) =>
      delivery.attempts
        .slice(seen.get(key) ?? 0)
        .flatMap((attempt, index) => failureOf(delivery, attempt, (seen.get(key) ?? 0) + index + 1)),
    );
    seen = new Map(keyed.map(([key, { attempts }]) => [key, attempts.length]));
    return failed;
  };
}

function failureOf(
  { url, type, messageId, attempts, nextAttemptAt }: WebhookDelivery,
  { at, status }: WebhookDelivery['attempts'][number],
  attempt: number,
): FailedAttempt[] {
  if (status !== null && status >= 200 && status < 300) return [];
  return [
    { at, url, type, messageId, status, attempt, nextAttemptAt: attempt === attempts.length ? nextAttemptAt : null },
  ];
}

export function failureLine({ at, url, type, status, attempt, nextAttemptAt }: FailedAttempt, paint: Paint): string {
  const time = new Date(at).toISOString().slice(11, 19);
  const next = nextAttemptAt === null ? 'no further attempt' : `next attempt in ${duration(nextAttemptAt - at)}`;
  const answer = status === null ? 'no answer' : String(status);
  return `${paint('dim', time)} ${paint('red', answer)} webhook ${type} to ${printable(url)}, attempt ${String(attempt)}${paint('dim', `  ${next}`)}`;
}

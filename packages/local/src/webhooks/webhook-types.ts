/** What is known of webhook endpoints and deliveries. Types only. */

export interface WebhookEndpoint {
  readonly id: string;
  readonly url: string;
  /** Event types it gets; a trailing `*` stands for the rest (`user.*`). Null: all. */
  readonly events: readonly string[] | null;
}

export interface WebhookAttempt {
  /** Milliseconds, on the instance's clock. */
  readonly at: number;
  /** What the endpoint answered; null when it could not be reached in time. */
  readonly status: number | null;
}

export interface WebhookDelivery {
  /** The `svix-id` header: the same for every attempt, every endpoint and every replay of one event. */
  readonly messageId: string;
  readonly endpointId: string;
  readonly url: string;
  readonly type: string;
  /** The exact text that is signed and sent. */
  readonly body: string;
  readonly status: 'pending' | 'delivered' | 'failed';
  readonly attempts: readonly WebhookAttempt[];
  /** When the next attempt is due; null when there is none. */
  readonly nextAttemptAt: number | null;
}

export interface WebhookDeliverer {
  /** Starts the delivery of an event to every endpoint that wants its type. Returns at once. */
  emit(type: string, data: Readonly<Record<string, unknown>>): void;
  /** @throws TypeError if the URL is not http(s) on loopback: an offline instance never posts to the outside. */
  add(url: string, options?: { readonly events?: readonly string[] }): WebhookEndpoint;
  remove(endpointId: string): boolean;
  readonly endpoints: readonly WebhookEndpoint[];
  /** Oldest first; the last 1,000. */
  readonly deliveries: readonly WebhookDelivery[];
  /** Sends a message again to every endpoint that got it, whatever became of it. Resolves when they have answered. */
  replay(messageId: string): Promise<void>;
  /** Sends what has come due by the instance's clock. */
  tick(): void;
  /** Resolves when no attempt is under way (retries that are not due yet do not count). */
  settled(): Promise<void>;
  /** Forgets deliveries; endpoints stay. */
  reset(): void;
  /** No more attempts; those under way are broken off. */
  close(): Promise<void>;
}

export interface WebhookDelivererOptions {
  /** Default: the global `fetch`. */
  readonly fetch?: (url: string, init: RequestInit) => Promise<Response>;
  /** How long an endpoint has for its answer. Default 15,000 ms, as Svix. */
  readonly timeoutMs?: number;
  /** Pauses before the second and later attempts. Default: Svix's published schedule. */
  readonly retryDelaysMs?: readonly number[];
}

/**
 * Tells endpoints what happened, as Clerk does through Svix: signed POSTs, at least once, retried on a schedule.
 *
 * The instance wires it in three places: `state.emit` calls {@link WebhookDeliverer.emit}; whatever moves the clock calls
 * {@link WebhookDeliverer.tick}, so that retries that have come due are sent; `reset` and `close` are passed on.
 *
 * ```ts ignore
 * const webhooks = createWebhookDeliverer(state);
 * webhooks.add('http://127.0.0.1:3000/webhooks', { events: ['user.created'] });
 * webhooks.emit('user.created', { id: 'user_1' });
 * await webhooks.settled();
 * webhooks.deliveries;                       // [{ messageId, status: 'delivered', attempts: [{ at, status: 200 }] }]
 * await webhooks.replay(webhooks.deliveries[0].messageId);
 * ```
 */
import { randomBytes } from 'node:crypto';
import type { InstanceState } from '../state/instance-state.js';
import type {
  WebhookAttempt,
  WebhookDeliverer,
  WebhookDelivererOptions,
  WebhookDelivery,
  WebhookEndpoint,
} from './webhook-types.js';

export type { WebhookDeliverer } from './webhook-types.js';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
/** Svix's documentation, "Retry schedule": at once, then after these pauses. */
const SVIX_SCHEDULE = [5 * SECOND, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 10 * HOUR];
const KEPT = 1000;
/** Node clips longer timers to 1 ms. */
const LONGEST_TIMER = 2 ** 31 - 1;

type Mutable = { -readonly [K in keyof WebhookDelivery]: WebhookDelivery[K] } & { attempts: WebhookAttempt[] };
type Instance = Pick<InstanceState, 'now' | 'instanceId' | 'webhookSigningSecret'>;

export function createWebhookDeliverer(state: Instance, options: WebhookDelivererOptions = {}): WebhookDeliverer {
  const send = options.fetch ?? ((url, init) => fetch(url, init));
  const timeoutMs = options.timeoutMs ?? 15 * SECOND;
  const schedule = options.retryDelaysMs ?? SVIX_SCHEDULE;
  const endpoints = new Map<string, WebhookEndpoint>();
  const underWay = new Set<Promise<void>>();
  const hangUps = new Set<AbortController>();
  let deliveries: Mutable[] = [];
  let timer: NodeJS.Timeout | undefined;
  let closed = false;
  let counter = 0;

  async function attempt(delivery: Mutable): Promise<void> {
    const at = state.now();
    let status: number | null = null;
    const hangUp = new AbortController();
    const tooSlow = setTimeout(() => {
      hangUp.abort();
    }, timeoutMs);
    hangUps.add(hangUp);
    try {
      const response = await send(delivery.url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...(await signatureHeaders(state, delivery.messageId, at, delivery.body)),
        },
        body: delivery.body,
        redirect: 'manual',
        signal: hangUp.signal,
      });
      status = response.status;
      await response.body?.cancel();
    } catch {
      // Refused, reset or too slow: the schedule decides what follows.
    } finally {
      clearTimeout(tooSlow);
      hangUps.delete(hangUp);
    }
    delivery.attempts.push({ at, status });
    if (status !== null && status >= 200 && status < 300) delivery.status = 'delivered';
    if (delivery.status === 'delivered') return;
    const pause = schedule[delivery.attempts.length - 1];
    if (pause === undefined) delivery.status = 'failed';
    else delivery.nextAttemptAt = at + pause;
  }

  function start(delivery: Mutable): Promise<void> {
    delivery.nextAttemptAt = null;
    const run = attempt(delivery).finally(() => {
      underWay.delete(run);
      arm();
    });
    underWay.add(run);
    return run;
  }

  /** One timer for the earliest retry. It runs in real time and then asks the instance's clock; a frozen clock waits for `tick`. */
  function arm(): void {
    clearTimeout(timer);
    if (closed) return;
    const due = Math.min(...deliveries.map((delivery) => delivery.nextAttemptAt ?? Infinity));
    if (due === Infinity) return;
    const wait = due - state.now();
    if (wait > 0) timer = setTimeout(tick, Math.min(wait, LONGEST_TIMER)).unref();
    else tick();
  }

  function tick(): void {
    if (closed) return;
    const now = state.now();
    for (const delivery of deliveries) {
      if (delivery.nextAttemptAt !== null && delivery.nextAttemptAt <= now) void start(delivery);
    }
  }

  async function settled(): Promise<void> {
    while (underWay.size > 0) await Promise.all(underWay);
  }

  return {
    emit(type, data) {
      const wanting = [...endpoints.values()].filter((endpoint) => wants(endpoint, type));
      if (closed || wanting.length === 0) return;
      // Written down now: the row behind `data` may change before a retry.
      const body = JSON.stringify({
        data,
        event_attributes: { http_request: { client_ip: '127.0.0.1', user_agent: 'bailiff-local' } },
        instance_id: state.instanceId,
        object: 'event',
        timestamp: state.now(),
        type,
      });
      const messageId = `msg_${randomBytes(14).toString('hex').slice(0, 27)}`;
      for (const endpoint of wanting) {
        const delivery: Mutable = {
          messageId,
          endpointId: endpoint.id,
          url: endpoint.url,
          type,
          body,
          status: 'pending',
          attempts: [],
          nextAttemptAt: null,
        };
        deliveries.push(delivery);
        void start(delivery);
      }
      if (deliveries.length > KEPT) deliveries = deliveries.slice(-KEPT);
    },
    add(url, { events } = {}) {
      const endpoint = { id: `ep_${String(++counter)}`, url: loopback(url), events: events ?? null };
      endpoints.set(endpoint.id, endpoint);
      return endpoint;
    },
    remove: (id) => endpoints.delete(id),
    get endpoints() {
      return [...endpoints.values()];
    },
    get deliveries() {
      return deliveries.map((delivery) => ({ ...delivery, attempts: [...delivery.attempts] }));
    },
    async replay(messageId) {
      await Promise.all(deliveries.filter((delivery) => delivery.messageId === messageId).map(start));
    },
    tick,
    settled,
    reset() {
      deliveries = [];
      clearTimeout(timer);
    },
    async close() {
      closed = true;
      clearTimeout(timer);
      for (const hangUp of hangUps) hangUp.abort();
      await settled();
    },
  };
}

/** The three headers that Svix sends: HMAC-SHA-256 over `id.timestamp.body` (Standard Webhooks). */
async function signatureHeaders(
  state: Instance,
  messageId: string,
  at: number,
  body: string,
): Promise<Record<string, string>> {
  // Loaded when there is something to sign: most instances tell nobody.
  const { Webhook } = await import('standardwebhooks');
  return {
    'svix-id': messageId,
    'svix-timestamp': String(Math.floor(at / SECOND)),
    'svix-signature': new Webhook(state.webhookSigningSecret).sign(messageId, new Date(at), body),
  };
}

function wants(endpoint: WebhookEndpoint, type: string): boolean {
  if (endpoint.events === null) return true;
  return endpoint.events.some((wanted) =>
    wanted.endsWith('*') ? type.startsWith(wanted.slice(0, -1)) : wanted === type,
  );
}

function loopback(url: string): string {
  const parsed = new URL(url);
  const local = /^(localhost|127(\.\d+){3}|\[::1\])$|\.localhost$/.test(parsed.hostname);
  if (!local || !/^https?:$/.test(parsed.protocol)) throw new TypeError('A webhook URL must be http(s) on loopback.');
  return parsed.href;
}

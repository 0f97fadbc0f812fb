/** What the dashboard looks at and acts on. Types only: the instance gives it, and nothing here has a way of its own. */
import type { ExchangeLog } from '../server/exchange-log.js';
import type { Fault, Faults } from '../server/faults.js';
import type { ClockState, InstanceClock } from '../state/clock.js';
import type { Snapshot } from '../state/create-instance-state.js';
import type { InstanceState } from '../state/instance-state.js';
import type { LocalEnvironment } from '../state/env-variables.js';
import type { WebhookDeliverer } from '../webhooks/deliverer.js';

export interface Controls {
  readonly state: InstanceState;
  readonly faults: Faults;
  readonly exchanges: ExchangeLog;
  readonly clockState: () => ClockState;
  /** What a program that holds the instance can call. */
  readonly instance: {
    readonly env: LocalEnvironment;
    readonly clock: Pick<InstanceClock, 'now' | 'advance' | 'freeze' | 'resume'>;
    readonly webhooks: Pick<WebhookDeliverer, 'add' | 'remove' | 'endpoints' | 'deliveries' | 'replay'>;
    fail(fault: Fault): unknown;
    export(): Snapshot;
    import(snapshot: Snapshot | string): void;
    reset(): void;
  };
}

import { randomBytes } from 'node:crypto';
import { readVariable } from '../../../../src/environment.js';
import { warn } from '../ground/warn.js';
import type { ClockStart } from '../state/clock.js';
import { createInstanceState, type ManagedState, type Snapshot } from '../state/create-instance-state.js';
import { createRequestHandler, isOperation, namedOperation, reachedOperation } from '../server/handle-request.js';
import { createFaults } from '../server/faults.js';
import { createHints, type Hint } from '../server/hints.js';
import { startHttpServer, type HttpServer } from '../server/http-server.js';
import { createInProcessFetch } from '../server/in-process-fetch.js';
import { insertInitialRows } from './initial-rows.js';
import { createExchangeLog } from '../server/exchange-log.js';
import { createRequestLog } from '../server/request-log.js';
import type { LocalRequest, LocalResponse } from '../http/messages.js';
import { createInstance } from './create-instance.js';
import type { LocalInstance } from './local-instance.js';
import { payloadOf } from './event-payload.js';
import { createPersistence, loadPersisted, type Persistence } from './persistence.js';
import { createRandom } from '../state/random.js';
import { answersTo, assertSafe } from './safety.js';
import { checkSeed, type SeedDocument } from './seed/seed-document.js';
import { applySeed } from './seed/apply-seed.js';
import { readSnapshot } from './snapshot.js';
import { createWebhookDeliverer, type WebhookDeliverer } from '../webhooks/deliverer.js';
import type { InstanceState } from '../state/instance-state.js';

export interface LocalInstanceOptions {
  /**
   * The port on which the instance listens.
   *
   * @default any free one
   */
  readonly port?: number;
  /**
   * A number or a text makes ids, keys and secrets the same on every start. A document fills the instance: users, organizations and so on.
   *
   * @default all random, and empty
   */
  readonly seed?: number | string | SeedDocument;
  /**
   * The kind of keys: `sk_test_` and `pk_test_`, or with `'production'` `sk_live_` and `pk_live_`.
   *
   * @default `'development'`
   */
  readonly instanceType?: InstanceState['instanceType'];
  /**
   * The clock: a function that gives milliseconds since the epoch, or a time at which the clock stands still.
   *
   * @default the system's clock
   * @unit ms
   */
  readonly now?: ClockStart;
  /**
   * The address on which the instance listens. Anything but loopback needs `force`.
   *
   * @default `127.0.0.1`
   */
  readonly host?: string;
  /**
   * `false` opens no port: only the instance's own `fetch` reaches it.
   *
   * @default `true`
   */
  readonly listen?: boolean;
  /**
   * The secret key of the instance. One that looks live needs `force`.
   *
   * @default a new one
   */
  readonly secretKey?: string;
  /**
   * State to start from, as `export()` gave it.
   *
   * @default none
   */
  readonly snapshot?: Snapshot;
  /**
   * The path of a file that keeps the state, also through a crash. It is used if it exists, and made if not.
   *
   * @default the state ends with the process
   */
  readonly persist?: string;
  /**
   * Told when the file of `persist` cannot be written; requests fail meanwhile.
   *
   * @default a warning of the process
   */
  readonly onError?: (error: Error) => void;
  /**
   * Told of a front end that is set up in a way that cannot work, each mistake once, with its remedy: a page on another host name than the
   * instance, one without `proxyUrl`, packages that are not installed.
   *
   * @default a warning of the process
   */
  readonly onHint?: (hint: Hint) => void;
  /**
   * Start although it looks unsafe (see `UnsafeInstanceError`).
   *
   * @default `false`
   */
  readonly force?: boolean;
}

/** Port 1 is on the list of ports that `fetch` refuses: whatever tries to reach an instance without a port fails at once. */
const NO_PORT = 1;
/** Seeded rows are of this date, so that the same document gives the same bytes whenever it is used. */
const SEEDED_AT = Date.UTC(2025, 0, 1);

/**
 * Starts an offline Clerk instance with keys of its own on loopback. Close it when it is no longer needed.
 *
 * @param options where it listens, what it starts with, and which time it has; by default a free port, a random seed, nothing in it, the system's clock
 * @throws UnsafeInstanceError when it would not be safe; SeedError and SnapshotError for documents that cannot be used; TypeError for a time that is
 *   none; Error (`EADDRINUSE`, ...) if the port cannot be had
 *
 * @example
 * ```ts
 * import { startLocalInstance } from 'bailiff-local';
 *
 * const clerk = await startLocalInstance({ seed: 'tests', now: '2026-01-01T00:00:00Z' });
 * const { headers } = await clerk.signIn('user_ada', { org: 'org_acme', role: 'admin' });
 * await fetch('http://127.0.0.1:3000/invoices', { headers });
 * await clerk.close();
 * ```
 */
export async function startLocalInstance(options: LocalInstanceOptions = {}): Promise<LocalInstance> {
  const { host = '127.0.0.1', force = false, secretKey } = options;
  assertSafe({ host, secretKey, force, nodeEnv: readVariable('NODE_ENV') });
  const document = typeof options.seed === 'object' ? await checkSeed(options.seed) : undefined;
  const seed = document === undefined ? (options.seed as number | string | undefined) : document.seed;
  const kept = options.persist === undefined ? null : loadPersisted(options.persist);
  const snapshot = kept ?? (options.snapshot === undefined ? null : readSnapshot(options.snapshot));
  return launch(
    {
      host,
      force,
      secretKey,
      seed: seed === undefined ? randomBytes(32).toString('hex') : String(seed),
      port: options.port ?? 0,
      listen: options.listen ?? true,
      instanceType: options.instanceType ?? 'development',
      now: options.now,
      persist: options.persist,
      onError: options.onError ?? warnOfError,
      onHint: options.onHint ?? warnOfHint,
    },
    (state) => {
      if (snapshot === null) populate(state, document);
      else state.load(snapshot);
    },
  );
}

function populate(state: ManagedState, document: SeedDocument | undefined): void {
  // Made first, so that the seed's contents do not change it.
  void state.keys.current;
  const clock = state.clock.state();
  state.clock.freeze(SEEDED_AT);
  insertInitialRows(state);
  if (document !== undefined) applySeed(state, document);
  state.clock.restore(clock);
}

interface LaunchOptions {
  readonly host: string;
  readonly port: number;
  readonly listen: boolean;
  readonly force: boolean;
  readonly seed: string;
  readonly instanceType: InstanceState['instanceType'];
  readonly now: ClockStart | undefined;
  readonly secretKey: string | undefined;
  readonly persist: string | undefined;
  readonly onError: (error: Error) => void;
  readonly onHint: (hint: Hint) => void;
}

const warnOfHint = ({ message }: Hint): void => warn(message);

const warnOfError = (error: Error): void => {
  warn(`The local instance cannot keep its state: ${error.message}`);
};

async function launch(options: LaunchOptions, prepare: (state: ManagedState) => void): Promise<LocalInstance> {
  const { host, force, persist } = options;
  // The state tells these two what happens in it, and they need the state to begin with.
  const listeners: { webhooks?: WebhookDeliverer; persistence?: Persistence } = {};
  const state = createInstanceState({
    ...options,
    onEvent: (type, data) => listeners.webhooks?.emit(type, payloadOf(state, type, data)),
    onWrite: () => listeners.persistence?.touch(),
  });
  prepare(state);
  const webhooks = (listeners.webhooks = createWebhookDeliverer(state));
  const persistence = persist === undefined ? undefined : createPersistence(persist, state.dump, options.onError);
  if (persistence !== undefined) listeners.persistence = persistence;
  const requestLog = createRequestLog(reachedOperation);
  const faults = createFaults(createRandom(`${options.seed}/faults`), isOperation);
  const exchanges = createExchangeLog(namedOperation);
  // Loaded when somebody looks: most instances are of tests.
  const dashboard = async (request: LocalRequest): Promise<LocalResponse> => {
    const { answerDashboard } = await import('../dashboard/answer-dashboard.js');
    return answerDashboard({ state, faults, exchanges, clockState: () => state.clock.state(), instance }, request);
  };
  const settle = () => persistence?.flush();
  const hints = createHints(options.onHint);
  const handle = createRequestHandler({ state, requestLog, exchanges, faults, dashboard, hints, settle });
  const acceptsHost = (name: string): boolean => answersTo(name, { host, force });
  const server: HttpServer | null = options.listen
    ? await startHttpServer({ host, port: options.port, acceptsHost, handle, sawTls: hints.sawTls })
    : null;
  state.setOrigin(`http://${host.includes(':') ? `[${host}]` : host}:${String(server?.port ?? NO_PORT)}`);
  persistence?.touch();
  const instance = createInstance({
    state,
    webhooks,
    requestLog,
    exchanges,
    faults,
    fetch: createInProcessFetch(state, handle),
    touch: () => persistence?.touch(),
    fork: ({ listen = options.listen } = {}) => {
      const checkpoint = state.checkpoint();
      return launch({ ...options, port: 0, persist: undefined, listen }, (fork) => {
        fork.restoreFrom(checkpoint);
      });
    },
    async close() {
      await webhooks.close();
      await server?.close();
      persistence?.flush();
    },
  });
  return instance;
}

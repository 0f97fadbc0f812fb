import type { Duration, InstanceClock } from '../state/clock.js';
import type { ManagedState, Snapshot } from '../state/create-instance-state.js';
import {
  ensureMachine,
  issueAccessToken,
  issueKey,
  issueMachineToken,
  issueSession,
  type ApiKeyRequest,
  type IssuedApiKey,
  type IssuedToken,
  type M2MTokenRequest,
  type OAuthTokenRequest,
  type SessionTokenRequest,
} from '../model/issue-credentials.js';
import { environmentOf, type LocalEnvironment } from '../state/local-environment.js';
import type { ActiveFault, Fault, Faults } from '../server/faults.js';
import type { InProcessFetch } from '../server/in-process-fetch.js';
import type { RequestLog, RequestLogEntry } from '../server/request-log.js';
import { signIn, type SignedIn, type SignInOptions, type SignInUser } from './sign-in.js';
import { readSnapshot } from './snapshot.js';
import type { WebhookDeliverer } from '../webhooks/deliverer.js';
import type { SigningKey, InstanceState } from '../state/instance-state.js';

export interface RotateOptions {
  /** How long tokens of the old key stay good, in ms of the instance's clock; 0: not at all. Default: until `retireSigningKeys()`. */
  readonly graceMs?: number;
}

/** A running offline Clerk instance. */
export interface LocalInstance {
  readonly env: LocalEnvironment;
  readonly secretKey: string;
  readonly publishableKey: string;
  /** PEM of the current public key. */
  readonly jwtKey: string;
  /** Base URL of the Backend API, without `/v1`. */
  readonly apiUrl: string;
  /** Base URL of the Frontend API, and issuer of the tokens. */
  readonly frontendApiUrl: string;
  readonly webhookSigningSecret: string;
  readonly instanceType: InstanceState['instanceType'];

  createSessionToken(request?: SessionTokenRequest): Promise<string>;
  createApiKey(request: ApiKeyRequest): Promise<IssuedApiKey>;
  createM2MToken(request?: M2MTokenRequest): Promise<IssuedToken>;
  createOAuthToken(request: OAuthTokenRequest): Promise<IssuedToken>;
  /** The secret key by which a machine calls the API (CLERK_MACHINE_SECRET_KEY); the machine is created if it does not exist. */
  machineSecretKey(machineId: string): Promise<string>;

  /** A user signed in with a browser: token, headers and cookies. The user and the organization are created if they do not exist. */
  signIn(user?: SignInUser, options?: SignInOptions): Promise<SignedIn>;

  /** Instance time, ms: give it to whatever checks tokens (`now: clerk.now`). */
  readonly now: () => number;
  readonly clock: Pick<InstanceClock, 'now' | 'advance' | 'freeze' | 'resume'>;
  advanceClock(by: Duration): void;
  /** A new key signs from now on; the old one stays in the JWKS meanwhile. */
  rotateSigningKey(options?: RotateOptions): SigningKey;
  /** Withdraws all keys but the current one. */
  retireSigningKeys(): void;

  /** Makes requests fail. */
  fail(fault?: Fault): ActiveFault;
  /** Requests answered so far, oldest first. */
  readonly requests: readonly RequestLogEntry[];
  /** `fetch` that reaches this instance without a socket. */
  readonly fetch: InProcessFetch;

  /** Svix-signed deliveries: `webhooks.add(url)`, `webhooks.deliveries`, `webhooks.replay(id)`, `webhooks.settled()`. */
  readonly webhooks: Omit<WebhookDeliverer, 'emit' | 'tick' | 'reset' | 'close'>;

  /** Back to the state right after the start (or the last import): rows, keys, clock, ids; no faults, no request log. */
  reset(): void;
  /** All that the instance is, as JSON, private keys included. */
  export(): Snapshot;
  /** Becomes what a snapshot says; `reset()` comes back to it. @throws SnapshotError */
  import(snapshot: Snapshot | string): void;
  /** Another instance in the same state, with the same keys; what happens in one does not happen in the other. */
  fork(options?: { readonly listen?: boolean }): Promise<LocalInstance>;
  close(): Promise<void>;
  /** What the parts of the instance see; its form may change. */
  readonly state: InstanceState;
}

export interface InstanceParts {
  readonly state: ManagedState;
  readonly requestLog: RequestLog;
  readonly faults: Faults;
  readonly fetch: InProcessFetch;
  readonly webhooks: WebhookDeliverer;
  /** What is not in a table has changed. */
  readonly touch: () => void;
  readonly fork: LocalInstance['fork'];
  readonly close: () => Promise<void>;
}

export function createInstance(parts: InstanceParts): LocalInstance {
  const { state, requestLog, faults, fetch, webhooks, touch, fork, close } = parts;
  let start = state.checkpoint();
  const clock = clockOf(state.clock, () => {
    touch();
    webhooks.tick();
  });

  return {
    get env() {
      return environmentOf(state);
    },
    get secretKey() {
      return state.secretKey;
    },
    get publishableKey() {
      return state.publishableKey;
    },
    get jwtKey() {
      return state.keys.current.publicPem;
    },
    get apiUrl() {
      return state.apiUrl;
    },
    get frontendApiUrl() {
      return state.frontendApiUrl;
    },
    get webhookSigningSecret() {
      return state.webhookSigningSecret;
    },
    get instanceType() {
      return state.instanceType;
    },
    createSessionToken: promised((request: SessionTokenRequest = {}) => issueSession(state, request).token),
    createApiKey: promised((request: ApiKeyRequest) => issueKey(state, request)),
    createM2MToken: promised((request: M2MTokenRequest = {}) => issueMachineToken(state, request)),
    createOAuthToken: promised((request: OAuthTokenRequest) => issueAccessToken(state, request)),
    machineSecretKey: promised((machineId: string) => ensureMachine(state, machineId).secret_key),
    signIn: promised((user: SignInUser = {}, options: SignInOptions = {}) => signIn(state, user, options)),
    now: state.clock.now,
    clock,
    advanceClock: clock.advance,
    rotateSigningKey(options = {}) {
      const key = state.keys.rotate(options.graceMs);
      touch();
      return key;
    },
    retireSigningKeys() {
      state.keys.retire();
      touch();
    },
    fail: (fault = {}) => faults.add(fault),
    get requests() {
      return requestLog.entries;
    },
    fetch,
    reset() {
      state.restore(start);
      faults.clear();
      requestLog.clear();
      webhooks.reset();
    },
    export: state.dump,
    import(snapshot) {
      state.load(readSnapshot(snapshot));
      start = state.checkpoint();
    },
    fork,
    webhooks,
    close,
    state,
  };
}

/** The clock, telling of changes. */
function clockOf(clock: InstanceClock, changed: () => void): LocalInstance['clock'] {
  return {
    now: clock.now,
    advance(by) {
      clock.advance(by);
      changed();
    },
    freeze(at) {
      clock.freeze(at);
      changed();
    },
    resume() {
      clock.resume();
      changed();
    },
  };
}

function promised<Args extends unknown[], Result>(act: (...args: Args) => Result): (...args: Args) => Promise<Result> {
  // eslint-disable-next-line @typescript-eslint/require-await -- what it throws shall come as a rejection
  return async (...args) => act(...args);
}

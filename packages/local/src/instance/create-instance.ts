/** A running instance, out of its parts. */
import type { InstanceClock } from '../state/clock.js';
import type { ManagedState } from '../state/create-instance-state.js';
import {
  ensureMachine,
  issueAccessToken,
  issueKey,
  issueMachineToken,
  issueSession,
  type ApiKeyRequest,
  type M2MTokenRequest,
  type OAuthTokenRequest,
  type SessionTokenRequest,
} from '../model/issue-credentials.js';
import { configureEnvironment } from '../model/instance/environment.js';
import { frontEndEnv, PROXY_PATH } from '../ground/front-end-env.js';
import { lastCode, sentMessages } from '../model/verification/messages.js';
import { envVariablesOf } from '../state/env-variables.js';
import type { Faults } from '../server/faults.js';
import type { InProcessFetch } from '../server/in-process-fetch.js';
import type { ExchangeLog } from '../server/exchange-log.js';
import type { RequestLog } from '../server/request-log.js';
import { signIn, type SignInOptions, type SignInUser } from './sign-in.js';
import { readSnapshot } from './snapshot.js';
import type { WebhookDeliverer } from '../webhooks/deliverer.js';
import type { LocalInstance } from './local-instance.js';

export interface InstanceParts {
  readonly state: ManagedState;
  readonly requestLog: RequestLog;
  readonly exchanges: ExchangeLog;
  readonly faults: Faults;
  readonly fetch: InProcessFetch;
  readonly webhooks: WebhookDeliverer;
  /** What is not in a table has changed. */
  readonly touch: () => void;
  readonly fork: LocalInstance['fork'];
  readonly close: () => Promise<void>;
}

export function createInstance(parts: InstanceParts): LocalInstance {
  const { state, requestLog, exchanges, faults, fetch, webhooks, touch, fork, close } = parts;
  let start = state.checkpoint();
  const clock = clockOf(state.clock, () => {
    touch();
    webhooks.tick();
  });

  return {
    get env() {
      return envVariablesOf(state);
    },
    frontEndEnv: (frontEnd, { proxyUrl = PROXY_PATH } = {}) => frontEndEnv(state.publishableKey, frontEnd, proxyUrl),
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
    configure: (patch) => {
      configureEnvironment(state, patch);
    },
    get emails() {
      return sentMessages(state);
    },
    lastCode: promised((to: string) => lastCode(state, to)),
    get requests() {
      return requestLog.entries;
    },
    fetch,
    reset() {
      state.restore(start);
      faults.clear();
      requestLog.clear();
      exchanges.clear();
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

/** What a running instance offers. Types only. */
import type { Duration, InstanceClock } from '../state/clock.js';
import type { Snapshot } from '../state/create-instance-state.js';
import type { FrontEndEnv } from '../ground/front-end-env.js';
import type { SentMessage } from '../model/verification/messages.js';
import type { LocalEnvironment } from '../state/env-variables.js';
import type { ActiveFault, Fault } from '../server/faults.js';
import type { InProcessFetch } from '../server/in-process-fetch.js';
import type { RequestLogEntry } from '../server/request-log.js';
import type { CredentialIssuer } from './credential-issuer.js';
import type { SignedIn, SignInOptions, SignInUser } from './sign-in.js';
import type { WebhookDeliverer } from '../webhooks/deliverer.js';
import type { SigningKey, InstanceState } from '../state/instance-state.js';

export interface RotateOptions {
  /** How long tokens of the old key stay good, in ms of the instance's clock; 0: not at all. Default: until `retireSigningKeys()`. */
  readonly graceMs?: number;
}

/** A running offline Clerk instance. */
export interface LocalInstance extends CredentialIssuer {
  readonly env: LocalEnvironment;
  /** The variables of pages, none of them a secret. */
  readonly frontEndEnv: FrontEndEnv;
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

  /**
   * A user signed in with a browser of its own: token, headers for API requests, cookies for page requests.
   *
   * @param user an id, a user object, or the body of `POST /users`; made if there is no such user. By default a new one
   * @param options the active organization and what the token says
   * @throws Error for a user who is banned; ApiError for a body that `POST /users` would refuse
   *
   * @example
   * ```ts
   * import type { LocalInstance } from 'bailiff-local';
   * declare const clerk: LocalInstance;
   *
   * const { headers, cookieHeader } = await clerk.signIn({ email_address: ['ada@example.com'] }, { org: 'org_acme' });
   * ```
   */
  signIn(user?: SignInUser, options?: SignInOptions): Promise<SignedIn>;

  /** Instance time, ms: give it to whatever checks tokens (`now: clerk.now`). */
  readonly now: () => number;
  readonly clock: Pick<InstanceClock, 'now' | 'advance' | 'freeze' | 'resume'>;
  /**
   * Moves the instance's clock, so that tokens expire and retries of webhooks come due without waiting.
   *
   * @param by ms, or text such as `'61s'`, `'5m'`, `'2h'`, `'30d'`; negative: backwards
   * @throws TypeError for anything else
   *
   * @example
   * ```ts
   * import type { LocalInstance } from 'bailiff-local';
   * declare const clerk: LocalInstance;
   *
   * clerk.advanceClock('61s');
   * ```
   */
  advanceClock(by: Duration): void;
  /**
   * A new key signs from now on; the old one stays in the JWKS meanwhile.
   *
   * @param options `graceMs`: for how many ms of the instance's clock; by default until `retireSigningKeys()`
   *
   * @example
   * ```ts
   * import type { LocalInstance } from 'bailiff-local';
   * declare const clerk: LocalInstance;
   *
   * const { kid, publicPem } = clerk.rotateSigningKey({ graceMs: 60_000 });
   * ```
   */
  rotateSigningKey(options?: RotateOptions): SigningKey;
  /**
   * Withdraws all keys but the current one: their tokens are no longer good.
   *
   * @example
   * ```ts
   * import type { LocalInstance } from 'bailiff-local';
   * declare const clerk: LocalInstance;
   *
   * clerk.rotateSigningKey();
   * clerk.retireSigningKeys();
   * ```
   */
  retireSigningKeys(): void;

  /**
   * Makes requests fail, until `times` is used up, `stop()` is called or the instance is reset.
   *
   * @param fault which requests, what becomes of them, and how often; by default every request is answered 500
   * @throws TypeError for an operation that does not exist: such a fault would make a test that cannot fail
   *
   * @example
   * ```ts
   * import type { LocalInstance } from 'bailiff-local';
   * declare const clerk: LocalInstance;
   *
   * const outage = clerk.fail({ operation: 'GetJWKS', status: 503, retryAfterSeconds: 2, times: 3 });
   * outage.stop();
   * ```
   */
  fail(fault?: Fault): ActiveFault;
  /**
   * Changes what front ends see and what sign-in and sign-up ask for: part of the environment document, merged deeply, in force at once.
   *
   * @param patch names as in `GET /v1/environment`
   * @throws TypeError for a name that the environment does not have, or a value of another type; nothing is changed then
   *
   * @example
   * ```ts
   * import type { LocalInstance } from 'bailiff-local';
   * declare const clerk: LocalInstance;
   *
   * clerk.configure({ auth_config: { single_session_mode: false } });
   * clerk.configure({ user_settings: { attributes: { phone_number: { enabled: true } }, social: { oauth_google: {} } } });
   * ```
   */
  configure(patch: Readonly<Record<string, unknown>>): void;
  /** E-mails and text messages that were sent, oldest first, with the code or link in them. */
  readonly emails: readonly SentMessage[];
  /**
   * The last code that was sent to an e-mail address or phone number.
   *
   * @param to as it was given at sign-in or sign-up; the case of letters does not matter
   * @throws Error if none was sent there
   *
   * @example
   * ```ts
   * import type { LocalInstance } from 'bailiff-local';
   * declare const clerk: LocalInstance;
   *
   * const code = await clerk.lastCode('ada@example.com');
   * ```
   */
  lastCode(to: string): Promise<string>;
  /** Requests answered so far, oldest first. */
  readonly requests: readonly RequestLogEntry[];
  /** `fetch` that reaches this instance without a socket. */
  readonly fetch: InProcessFetch;

  /** Svix-signed deliveries: `webhooks.add(url)`, `webhooks.deliveries`, `webhooks.replay(id)`, `webhooks.settled()`. */
  readonly webhooks: Omit<WebhookDeliverer, 'emit' | 'tick' | 'reset' | 'close'>;

  /**
   * Back to the state right after the start (or the last import): rows, keys, clock, ids; no faults, no request log.
   *
   * @example
   * ```ts
   * import type { LocalInstance } from 'bailiff-local';
   * declare const clerk: LocalInstance;
   *
   * clerk.reset();
   * ```
   */
  reset(): void;
  /**
   * All that the instance is, as JSON, private keys included.
   *
   * @example
   * ```ts
   * import type { LocalInstance } from 'bailiff-local';
   * declare const clerk: LocalInstance;
   *
   * const text = JSON.stringify(clerk.export());
   * ```
   */
  export(): Snapshot;
  /**
   * Becomes what a snapshot says; `reset()` comes back to it. The address stays.
   *
   * @param snapshot what `export()` gave, or its JSON
   * @throws SnapshotError for what is no snapshot
   *
   * @example
   * ```ts
   * import type { LocalInstance } from 'bailiff-local';
   * declare const clerk: LocalInstance;
   *
   * const before = clerk.export();
   * clerk.import(before);
   * ```
   */
  import(snapshot: Snapshot | string): void;
  /**
   * Another instance in the same state, with the same keys; what happens in one does not happen in the other.
   *
   * @param options `listen`: whether it opens a port of its own; by default as this one does
   *
   * @example
   * ```ts
   * import type { LocalInstance } from 'bailiff-local';
   * declare const clerk: LocalInstance;
   *
   * const other = await clerk.fork({ listen: false });
   * await other.close();
   * ```
   */
  fork(options?: { readonly listen?: boolean }): Promise<LocalInstance>;
  /**
   * Ends connections and deliveries, and writes the file of `persist`.
   *
   * @example
   * ```ts
   * import type { LocalInstance } from 'bailiff-local';
   * declare const clerk: LocalInstance;
   *
   * await clerk.close();
   * ```
   */
  close(): Promise<void>;
  /** What the parts of the instance see; its form may change. */
  readonly state: InstanceState;
}

/** What a running instance offers. Types only. */
import type { Duration, InstanceClock } from '../state/clock.js';
import type { Snapshot } from '../state/create-instance-state.js';
import type {
  ApiKeyRequest,
  IssuedApiKey,
  IssuedToken,
  M2MTokenRequest,
  OAuthTokenRequest,
  SessionTokenRequest,
} from '../model/issue-credentials.js';
import type { FrontEndEnv } from '../ground/front-end-env.js';
import type { SentMessage } from '../model/verification/messages.js';
import type { LocalEnvironment } from '../state/local-environment.js';
import type { ActiveFault, Fault } from '../server/faults.js';
import type { InProcessFetch } from '../server/in-process-fetch.js';
import type { RequestLogEntry } from '../server/request-log.js';
import type { SignedIn, SignInOptions, SignInUser } from './sign-in.js';
import type { WebhookDeliverer } from '../webhooks/deliverer.js';
import type { SigningKey, InstanceState } from '../state/instance-state.js';

export interface RotateOptions {
  /** How long tokens of the old key stay good, in ms of the instance's clock; 0: not at all. Default: until `retireSigningKeys()`. */
  readonly graceMs?: number;
}

/** A running offline Clerk instance. */
export interface LocalInstance {
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
   * A session token, signed with the current key. Users, organizations, roles and memberships that it names are made as needed.
   *
   * @param request what the token says; by default a new user without an organization, for 60 seconds
   * @throws Error for a user who is banned, or a session that has ended or does not exist; TypeError for a permission that no token can hold
   *
   * @example
   * ```ts
   * import type { LocalInstance } from 'bailiff-local';
   * declare const clerk: LocalInstance;
   *
   * const token = await clerk.createSessionToken({ userId: 'user_ada', orgId: 'org_acme', role: 'admin', expiresInSeconds: 60 });
   * ```
   */
  createSessionToken(request?: SessionTokenRequest): Promise<string>;
  /**
   * An API key of a user, an organization or a machine, with its `secret`. A subject that does not exist is made.
   *
   * @param request `expiresInSeconds`: seconds of the instance's clock, negative for a key that has expired; by default it never does
   * @throws TypeError for the id of a machine that does not begin with `mch_`
   *
   * @example
   * ```ts
   * import type { LocalInstance } from 'bailiff-local';
   * declare const clerk: LocalInstance;
   *
   * const { secret } = await clerk.createApiKey({ subject: 'user_ada', scopes: ['invoices:read'] });
   * ```
   */
  createApiKey(request: ApiKeyRequest): Promise<IssuedApiKey>;
  /**
   * A token by which one machine calls another, with the `token` itself. Machines that do not exist are made.
   *
   * @param request by default an opaque token of a new machine, for as long as the machine's tokens live (an hour)
   * @throws TypeError for the id of a machine that does not begin with `mch_`
   *
   * @example
   * ```ts
   * import type { LocalInstance } from 'bailiff-local';
   * declare const clerk: LocalInstance;
   *
   * const { token } = await clerk.createM2MToken({ machineId: 'mch_worker', scopes: ['mch_api'], format: 'jwt' });
   * ```
   */
  createM2MToken(request?: M2MTokenRequest): Promise<IssuedToken>;
  /**
   * An OAuth access token of a user, with the `token` itself. A user who does not exist is made.
   *
   * @param request by default an opaque token of a client that the instance makes up, for a day
   *
   * @example
   * ```ts
   * import type { LocalInstance } from 'bailiff-local';
   * declare const clerk: LocalInstance;
   *
   * const { token } = await clerk.createOAuthToken({ userId: 'user_ada', scopes: ['profile'], format: 'jwt' });
   * ```
   */
  createOAuthToken(request: OAuthTokenRequest): Promise<IssuedToken>;
  /**
   * The secret key by which a machine calls the API (`CLERK_MACHINE_SECRET_KEY`); a machine that does not exist is made.
   *
   * @param machineId begins with `mch_`
   * @throws TypeError if it does not
   *
   * @example
   * ```ts
   * import type { LocalInstance } from 'bailiff-local';
   * declare const clerk: LocalInstance;
   *
   * process.env['CLERK_MACHINE_SECRET_KEY'] = await clerk.machineSecretKey('mch_worker');
   * ```
   */
  machineSecretKey(machineId: string): Promise<string>;

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

/** The tokens and keys that a running instance gives out. Types only. */
import type {
  ApiKeyRequest,
  IssuedApiKey,
  IssuedToken,
  M2MTokenRequest,
  OAuthTokenRequest,
  SessionTokenRequest,
} from '../model/issue-credentials.js';

/** Part of {@link LocalInstance}: credentials that a test needs, made without a request. */
export interface CredentialIssuer {
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
}

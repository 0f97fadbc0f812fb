import type { MaybePromise } from '../ports.js';
import type {
  AcceptsToken,
  ApiKey,
  AuthenticatorOptions,
  M2MToken,
  OAuthAccessToken,
  RequestState,
  RequestView,
  SessionClaims,
} from '../types.js';
import type { Config } from './config/config.js';
import type { Environment } from './config/environment.js';

export interface AuthenticateOptions {
  readonly acceptsToken?: AcceptsToken;
}

export interface Authenticator {
  authenticateRequest(request: Request | RequestView, options?: AuthenticateOptions): Promise<RequestState>;
  /** The same without a promise when nothing has to be awaited (a repeat token). */
  authenticate(view: RequestView, options?: AuthenticateOptions): MaybePromise<RequestState>;
  verifySessionToken(token: string): Promise<SessionClaims>;
  verifyApiKey(secret: string): Promise<ApiKey>;
  verifyM2MToken(token: string): Promise<M2MToken>;
  verifyOAuthToken(token: string): Promise<OAuthAccessToken>;
  warmup(): Promise<void>;
  health(): Health;
  invalidate(tokenOrId: string): Promise<void>;
  /** Where to send a signed-out page request, or null if no sign-in page is known. */
  signInUrl(returnTo: string): string | null;
  /** Not enumerable; shows no secret under `inspect` or JSON. */
  readonly config: Config;
}

export interface Health {
  /** Whether tokens can be verified now. */
  readonly ready: boolean;
}

export function createAuthenticator(options?: AuthenticatorOptions, env?: Environment): Authenticator {
  void options;
  void env;
  throw new Error('not written yet');
}

export function isAuthenticator(value: unknown): value is Authenticator {
  void value;
  return false;
}

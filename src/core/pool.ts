import type { AuthenticatorOptions } from '../types.js';
import { createAuthenticator, type Authenticator } from './authenticator.js';
import type { Environment } from './config/environment.js';

export interface AuthenticatorPool {
  get(options: AuthenticatorOptions, env?: Environment): Authenticator;
}

export function createAuthenticatorPool(settings: { readonly max?: number } = {}): AuthenticatorPool {
  void settings;
  return { get: createAuthenticator };
}

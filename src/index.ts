/** The public face of `bailiff`. */
export { createAuthenticator } from './core/authenticator.js';
export type { AuthenticateOptions, Authenticator, Health } from './core/authenticator.js';
export { allOf, anyOf } from './core/auth/requirements.js';
export { authenticateUpgrade, refuseUpgrade } from './core/upgrade.js';
export type {
  ClosableSocket,
  IncomingUpgrade,
  Schedule,
  UpgradeAllowed,
  UpgradeOptions,
  UpgradeRefused,
} from './core/upgrade.js';
export * from './errors.js';
export type * from './types.js';
export type { Clock, Fetch, Store, WaitUntil } from './ports.js';

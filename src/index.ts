/** The public face of `bailiff`. */
export { createAuthenticator } from './core/authenticator.js';
export type { AuthenticateOptions, Authenticator, Health } from './core/authenticator.js';
export type { KeyHealth } from './verify/key-source.js';
export type { VerifierHealth } from './verify/verifier.js';
export { allOf, anyOf } from './core/guards/combinators.js';
export { authenticateUpgrade, refuseUpgrade } from './core/middleware/websocket.js';
export type {
  ClosableSocket,
  IncomingUpgrade,
  Schedule,
  UpgradeAllowed,
  UpgradeOptions,
  UpgradeRefused,
  UpgradeRequest,
} from './core/middleware/websocket.js';
export * from './errors.js';
export * from './reasons.js';
export type * from './types.js';
export type { Clock, Fetch, Store, WaitUntil } from './ports.js';

/** The face of the core: what adapters may import. */
export * from './authenticator.js';
export * from './pool.js';
export * from './visit.js';
export * from './auth/requirements.js';
export { selectAuth } from './auth/select.js';
export { resolveConfig } from './config/resolve.js';
export type { Config } from './config/config.js';

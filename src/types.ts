/** The public words, types only: one file for each subject. */
export type * from './types/register.js';
export type * from './types/tokens.js';
export type * from './types/auth.js';
export type * from './types/token-kinds.js';
export type * from './types/request.js';
export type * from './types/requirements.js';
export type * from './types/narrowing.js';
export type * from './types/option.js';
export type * from './types/options.js';
export type * from './types/cache-options.js';
export type * from './types/events.js';

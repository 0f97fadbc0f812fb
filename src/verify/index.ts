export { classifyToken } from './classify.js';
export type * from './options.js';
export type * from './verdict.js';
export type * from './verifier.js';

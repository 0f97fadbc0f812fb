export { classifyToken } from './classify.js';
export type * from './verifier-types.js';
export type * from './verdict.js';

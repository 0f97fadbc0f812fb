export { classifyToken } from './classify.js';
export type { ClassifiedToken } from './classify.js';
export { decodeJwt } from './decode.js';
export type { DecodedJwt } from './decode.js';
export { createVerifier } from './verifier.js';
export type * from './verifier-types.js';
export type * from './verdict.js';

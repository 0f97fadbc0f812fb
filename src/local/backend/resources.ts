/** All operations' handlers, joined. One resource a file. */
import type { Handlers } from './operation.js';

export const handlers: Handlers = {};

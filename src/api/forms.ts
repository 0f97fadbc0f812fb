/** Operations that send a file in a form. What makes the form is loaded when one is sent. */
import type { Call } from './call.js';
import type { Encode, Operation } from './operation.js';

const encode: Encode = async (...args) => (await import('./upload.js')).encode(...args);

export const uploadOperation =
  (operation: Operation): Call =>
  (client, ...args) =>
    client.call({ ...operation, encode }, args);

/** Operations that send a file in a form. What makes the form is loaded when one is sent. */
import { operation, type Call } from './call.js';
import type { Encode, Operation } from './operation.js';

const encode: Encode = async (request, ...rest) => {
  // As it is now: while the rest is loaded the caller goes on, and may use the object for another call.
  const fields = (request.body = { ...(request.body as Readonly<Record<string, unknown>> | undefined) });
  // A Node stream that breaks meanwhile would end the process without a listener. Its reader hears of it too.
  (Object(fields['file']) as { on?(event: 'error', listener: () => void): void }).on?.('error', () => {});
  return (await import('./upload.js')).encode(request, ...rest);
};

export const uploadOperation = <F = Call>(form: Operation): F => operation({ ...form, encode });

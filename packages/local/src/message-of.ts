/** What a value is, in whatever realm it was made: under jsdom and Jest the test's `Promise` and `Error` are not Node's. */

export const isPromise = <T>(value: T | Promise<T>): value is Promise<T> =>
  typeof (value as { then?: unknown } | null | undefined)?.then === 'function';

/** The message of an error; what is none, as text. */
export function messageOf(thrown: unknown): string {
  const { message } = Object(thrown) as { readonly message?: unknown };
  return typeof message === 'string' ? message : String(thrown);
}

export function isError(value: unknown): value is Error {
  const { message, stack } = Object(value) as Partial<Error>;
  return typeof message === 'string' && typeof stack === 'string';
}

/** Options in the place where other plugins have theirs. */
import { ConfigurationError } from '../../errors.js';

/**
 * Options beside a plugin would not count, and the server would believe that it enforces them.
 *
 * @param known names that the framework itself reads
 * @returns the error for the first other name; undefined: there is none
 */
export function strayOption(options: object, known: readonly string[]): ConfigurationError | undefined {
  const name = Object.keys(options).find((key) => !known.includes(key));
  if (name === undefined) return undefined;
  const remedy = 'Give it to the function: app.register(clerkMiddleware({ … })).';
  return new ConfigurationError(name, `The option ${name} of register() would not count.`, remedy);
}

/** Checks that every reader of options shares. Each gives the value in its final form or throws a ConfigurationError that says what to do. */
import { cleanText } from '../environment.js';
import { ConfigurationError } from '../errors.js';

export interface OptionName {
  /** As written in `createAuthenticator`. */
  readonly option: string;
  /** The environment variable that stands in for it, if there is one. */
  readonly variable?: string;
  /** What a message calls it, where that is not its name: an item of a list. */
  readonly label?: string;
}

/** `CLERK_SECRET_KEY (option secretKey)`: what a person has to set. Never the value. */
export const nameOf = ({ option, variable, label = `the option ${option}` }: OptionName): string =>
  variable ? `${variable} (option ${option})` : label;

export function fail(name: OptionName, problem: string, remedy: string, cause?: unknown): never {
  throw new ConfigurationError(name.option, `${nameOf(name)} ${problem}.`, remedy, { cause });
}

/** A text, cleaned. An empty one given in code is a mistake (an unset variable, most often), not an absent option. */
export function text(name: OptionName, value: unknown): string {
  const isText = typeof value === 'string';
  return (isText && cleanText(value)) || fail(name, isText ? 'is empty' : 'is not a string', 'Set it or leave it out.');
}

/** An absolute http(s) URL without credentials, query and fragment; trailing slashes cut. */
export function baseUrl(name: OptionName, value: string, remedy = 'Give one such as https://example.com.'): string {
  let url: URL | undefined;
  try {
    url = new URL(value);
  } catch {
    // Reported below.
  }
  // Credentials, query and fragment are in `href` and in neither of the others.
  return url && /^https?:/.test(url.href) && url.href === url.origin + url.pathname
    ? url.href.replace(/\/+$/, '')
    : fail(name, 'is not a plain http(s) URL', remedy);
}

/** Checks that every reader of options shares. Each gives the value in its final form or throws a ConfigurationError that says what to do. */
import { cleanText } from './environment.js';
import { ConfigurationError } from './errors.js';

export interface OptionName {
  /** As written in `createAuthenticator`. */
  readonly option: string;
  /** The environment variable that stands in for it, if there is one. */
  readonly variable?: string;
  /** Which item of a list it is about, from 0. */
  readonly place?: number;
}

/** `CLERK_SECRET_KEY (option secretKey)`: what a person has to set. Never the value. */
export function nameOf({ option, variable, place }: OptionName): string {
  const item = place === undefined ? '' : `[${place}]`;
  return variable === undefined ? `the option ${option}${item}` : `${variable} (option ${option})`;
}

export function fail(name: OptionName, problem: string, remedy: string, cause?: unknown): never {
  throw new ConfigurationError(name.option, `${nameOf(name)} ${problem}.`, remedy, { cause });
}

/** A text, cleaned. An empty one given in code is a mistake (an unset variable, most often), not an absent option. */
export function text(name: OptionName, value: unknown): string {
  const cleaned = typeof value === 'string' ? cleanText(value) : '';
  if (cleaned !== '') return cleaned;
  return fail(name, typeof value === 'string' ? 'is empty' : 'is not a string', 'Set it, or leave the option out.');
}

/** An absolute http(s) URL without credentials, query and fragment; trailing slashes cut. */
export function baseUrl(
  name: OptionName,
  value: string,
  remedy = 'Give an absolute URL such as https://api.example.com.',
): string {
  let url: URL;
  try {
    url = new URL(value);
  } catch {
    return fail(name, 'is not a URL', remedy);
  }
  const plain = url.username === '' && url.password === '' && url.search === '' && url.hash === '';
  if (!/^https?:$/.test(url.protocol) || !plain) return fail(name, 'is not a plain http(s) URL', remedy);
  return (url.origin + url.pathname).replace(/\/+$/, '');
}

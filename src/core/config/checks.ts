/** Checks of single option values. Each gives the value in its final form or throws a ConfigurationError that says what to do. */
import { baseUrl, fail, text, type OptionName } from '../../ground/option-checks.js';

export { baseUrl, fail, text, type OptionName };

/** Clerk's reading of a boolean variable: `true` in any case, or a number above zero. */
export function parseBoolean(text: string): boolean {
  return text.toLowerCase() === 'true' || Number(text) > 0;
}

export function flag(name: OptionName, value: unknown): boolean {
  return typeof value === 'boolean' ? value : fail(name, 'is not a boolean', 'Give true or false.');
}

/** A list of texts; one text counts as a list of one. */
export function textList(name: OptionName, value: unknown, { single = false } = {}): readonly string[] {
  const list: unknown = single && typeof value === 'string' ? [value] : value;
  if (!Array.isArray(list)) return fail(name, 'is not a list of strings', 'Give a list.');
  // An item that is empty or missing is named by its place: the list itself is there.
  const at = (place: number): OptionName =>
    list === value ? { ...name, label: `the option ${name.option}[${place}]` } : name;
  return Object.freeze(list.map((item, place) => text(at(place), item)));
}

/**
 * The same, with at least one item. An empty list (most often a variable that is not set, split) must not mean "not
 * checked".
 */
export function filledList(name: OptionName, value: unknown, form: { single?: boolean } = {}): readonly string[] {
  const list = textList(name, value, form);
  return list.length > 0 ? list : fail(name, 'is an empty list', 'List at least one, or leave the option out.');
}

export function oneOf<const T extends string>(name: OptionName, value: unknown, choices: readonly T[]): T {
  const found = choices.find((choice) => choice === value);
  return found ?? fail(name, 'has an unknown value', `Use one of: ${choices.join(', ')}.`);
}

/** A number of milliseconds or of entries, from 0 to `max`. NaN and infinities are refused. */
export function count(name: OptionName, value: unknown, max: number): number {
  if (typeof value === 'number' && value >= 0 && value <= max) return value;
  return fail(name, 'is out of range', `Give a number from 0 to ${max}.`);
}

/** A function, or an object that has all of `methods`. */
export function withMethods<T>(name: OptionName, value: unknown, methods: readonly (keyof T & string)[]): T {
  const usable =
    typeof value === 'object' &&
    value !== null &&
    methods.every((method) => typeof (value as Record<string, unknown>)[method] === 'function');
  return usable ? (value as T) : fail(name, 'is not usable', `Give an object with ${methods.join(', ')}.`);
}

export function callable<T>(name: OptionName, value: unknown): T {
  return typeof value === 'function' ? (value as T) : fail(name, 'is not a function', 'Give a function.');
}

/** A page to send people to: an absolute http(s) URL, or a path of this site. */
export function pageUrl(name: OptionName, value: string): string {
  if (/^\/(?![/\\])/.test(value)) return value;
  try {
    const url = new URL(value);
    if (/^https?:$/.test(url.protocol) && url.username === '' && url.password === '') return value;
  } catch {
    // Reported below.
  }
  return fail(name, 'is not a page', 'Give an absolute http(s) URL or a path.');
}

/** `https://example.com`, and nothing after it. */
export function origin(name: OptionName, value: string): string {
  const url = baseUrl(name, value);
  if (new URL(url).origin !== url)
    return fail(name, 'holds more than an origin', 'Give origins such as https://example.com.');
  return url;
}

/**
 * What browsers and native shells send as an origin, in full, as it is compared: `https://example.com`,
 * `chrome-extension://<id>`, `capacitor://localhost`. What browsers would write otherwise is put right: a trailing slash, and of http(s)
 * the case, a default port and letters beyond ASCII.
 */
export function origins(name: OptionName, value: unknown): readonly string[] {
  const list = filledList(name, value).map((item) => item.replace(/(?<=:\/\/.+)\/$/, ''));
  if (list.some((item) => item.includes('*'))) fail(name, 'holds a wildcard', 'List each origin in full.');
  const written = list.map((item) => {
    // An origin without a scheme would match no token and lock every user out. `localhost:3000` would even parse as a URL.
    if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(item)) {
      fail(name, 'holds an origin without a scheme', 'Give origins such as https://example.com.');
    }
    return /^https?:/i.test(item) ? origin(name, item) : item;
  });
  return Object.freeze(written);
}

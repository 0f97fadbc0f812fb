/**
 * The names of options. TypeScript finds a misspelt one; in JavaScript it would quietly not count, and a server would
 * believe that it enforces something.
 */
import { ConfigurationError } from './errors.js';

/**
 * Every name of a type of options, so that a new option does not compile until it is listed. `true`: whatever stands there
 * is looked at elsewhere; a table: it is an object of options itself.
 */
export type OptionNames<T> = { readonly [Name in keyof T]-?: true | OptionNames<NonNullable<T[Name]>> };

/**
 * @param names an {@link OptionNames}
 * @param where the path of these options within others (`cache.jwks`); nothing for the outermost
 * @throws {ConfigurationError} for what is no plain object, and for a name that is not known, with the one that is meant. It
 *   repeats names, which the application's author wrote, and never a value.
 */
export function checkOptionNames(given: unknown, names: OptionNames<object>, where = ''): void {
  // A `Map`, a list or a promise has no names of its own: it would count as "no options", which mean the environment.
  if (!isPlainObject(given)) {
    const what = where === '' ? 'The options are' : `The option ${where} is`;
    throw new ConfigurationError(
      where || 'options',
      `${what} ${kindOf(given)}, not an object of options.`,
      'Give a plain object: { … }.',
    );
  }
  const known = names as Readonly<Record<string, unknown>>;
  for (const [name, value] of Object.entries(given)) {
    const path = where === '' ? name : `${where}.${name}`;
    if (!Object.hasOwn(known, name)) {
      const meant = nearest(name, Object.keys(known));
      const remedy =
        meant === undefined ? `The options are: ${Object.keys(known).join(', ')}.` : `Did you mean ${meant}?`;
      throw new ConfigurationError(path, `There is no option ${path}.`, remedy);
    }
    if (known[name] !== true && value !== null && value !== undefined) {
      checkOptionNames(value, known[name] as OptionNames<object>, path);
    }
  }
}

/**
 * `{}` of any realm, or an object without a prototype (a module's exports): what has no behaviour of its own, and hides
 * nothing. A value that is inherited or not enumerable is there for whoever asks for it by name and lost in every copy, so
 * that two tenants' options would look alike.
 */
export function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype = Object.getPrototypeOf(value) as object | null;
  if (prototype !== null && !isRoot(prototype)) return false;
  return Object.getOwnPropertyNames(value).length === Object.keys(value).length;
}

/** What stands in place of a plain object, for a message: its kind or the name of its class, and nothing that it holds. */
export function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value !== 'object') return `a value of the type ${typeof value}`;
  const { name } = (value.constructor ?? {}) as { readonly name?: unknown };
  return typeof name === 'string' && !['', 'Object'].includes(name) ? `an instance of ${name}` : 'an object of a class';
}

/** `Object.prototype` of any realm. */
const isRoot = (prototype: object): boolean =>
  Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype, 'isPrototypeOf');

/** The name that was meant: up to three changes away, and no more than two in five of its letters. */
function nearest(name: string, names: readonly string[]): string | undefined {
  const written = name.toLowerCase();
  return names
    .map((candidate) => ({ candidate, changes: distance(written, candidate.toLowerCase()) }))
    .filter(({ candidate, changes }) => changes <= Math.min(3, candidate.length * 0.4))
    .sort((one, other) => one.changes - other.changes)[0]?.candidate;
}

/** Letters to put in, take out or replace (Levenshtein). */
function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (const [i, letter] of [...one].entries()) {
    const next = [i + 1];
    for (let j = 0; j < other.length; j++) {
      const replaced = row[j]! + (letter === other[j] ? 0 : 1);
      next.push(Math.min(replaced, row[j + 1]! + 1, next[j]! + 1));
    }
    row = next;
  }
  return row[other.length]!;
}

/**
 * The names of options. TypeScript finds a misspelt one; in JavaScript it would quietly not count, and a server would
 * believe that it enforces something.
 */
import { ConfigurationError } from '../errors.js';

/**
 * Every name of a type of options, so that a new option does not compile until it is listed. `true`: whatever stands there
 * is looked at elsewhere; a table: it is an object of options itself.
 */
export type OptionNames<T> = { readonly [Name in keyof T]-?: true | OptionNames<NonNullable<T[Name]>> };

/**
 * @param names of the options, and of the options within them
 * @param where the path of these options within others (`cache.jwks`); nothing for the outermost
 * @throws {ConfigurationError} as {@link checkNames}
 */
export function checkOptionNames(given: unknown, names: OptionNames<object>, where = ''): void {
  checkNames(given, Object.keys(names), where);
  for (const [name, nested] of Object.entries(names) as [string, true | OptionNames<object>][])
    if (nested !== true) checkOptionNames(given[name] ?? {}, nested, where ? `${where}.${name}` : name);
}

/**
 * The same, of options that have none within.
 *
 * @throws {ConfigurationError} for what is no plain object, and for a name that is not known, with the one that is meant. It
 *   repeats names, which the application's author wrote, and never a value.
 */
export function checkNames(
  given: unknown,
  names: readonly string[],
  where = '',
): asserts given is Readonly<Record<string, unknown>> {
  // A `Map`, a list or a promise has no names of its own: it would count as "no options", which mean the environment.
  if (!isPlainObject(given)) {
    const option = where || 'options';
    throw new ConfigurationError(option, `The value of ${option} is not an object of options.`, 'Give a plain object.');
  }
  for (const name of Object.keys(given)) {
    if (names.includes(name)) continue;
    const path = where ? `${where}.${name}` : name;
    const meant = nearest(name, names);
    throw new ConfigurationError(
      path,
      `There is no option ${path}.`,
      meant ? `Did you mean ${meant}?` : `The options are: ${names.join(', ')}.`,
    );
  }
}

/**
 * `{}` of any realm, or an object without a prototype (a module's exports): what has no behaviour of its own, and hides
 * nothing. A value that is inherited or not enumerable is there for whoever asks for it by name and lost in every copy, so
 * that two tenants' options would look alike.
 */
export function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (Object(value) !== value) return false;
  const prototype = Object.getPrototypeOf(value) as object | null;
  // `Object.prototype` of any realm.
  const isRoot = !prototype || (Object.hasOwn(prototype, 'isPrototypeOf') && !Object.getPrototypeOf(prototype));
  return isRoot && Object.getOwnPropertyNames(value).length === Object.keys(value as object).length;
}

/** What stands in place of a plain object, for a message: its kind or the name of its class, and nothing that it holds. */
export function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value !== 'object') return `a value of the type ${typeof value}`;
  const { name } = (value.constructor ?? {}) as { readonly name?: unknown };
  return typeof name === 'string' && !['', 'Object'].includes(name) ? `an instance of ${name}` : 'an object of a class';
}

/** The name that was meant: up to three changes away, and no more than two in five of its letters. */
const nearest = (name: string, names: readonly string[]): string | undefined =>
  [0, 1, 2, 3].flatMap((changes) =>
    names.filter((meant) => changes <= meant.length * 0.4 && isNear(name.toLowerCase(), meant.toLowerCase(), changes)),
  )[0];

/** Whether so many letters put in, taken out or replaced make one of the other (Levenshtein). */
const isNear = (one: string, other: string, changes: number): boolean =>
  one[0] === other[0]
    ? one === '' || isNear(one.slice(1), other.slice(1), changes)
    : changes > 0 &&
      (isNear(one.slice(1), other.slice(1), changes - 1) ||
        isNear(one.slice(1), other, changes - 1) ||
        isNear(one, other.slice(1), changes - 1));

/**
 * Writes operations as the text that `decode.ts` explains and reads. The generator alone uses this; it is not published.
 *
 * Of all that a scope and its rows could say, the shortest text is taken that is read back as the operations. So the encoder
 * need not know which paths are usual, and cannot write a text that means something else.
 */
import type { Operation } from '../operation.js';
import { decodeOperation, type Kinds } from './decode.js';

export interface EncodedOperations {
  readonly kinds: Kinds;
  /** One text for each scope: it and its rows, parted by blanks. */
  readonly scopes: readonly string[];
}

/** Kinds with a letter of their own. Others get the next one that is free. */
const LETTERS: Kinds = {
  L: { method: 'GET', input: 'query', list: 500 },
  C: { method: 'POST', input: 'body', retry: false },
  G: { method: 'GET', input: 'none' },
  U: { method: 'PATCH', input: 'body' },
  D: { method: 'DELETE', input: 'none' },
  P: { method: 'POST', input: 'body' },
  Q: { method: 'GET', input: 'query', list: 500, paginated: true },
  N: { versioned: false },
  M: { versioned: false, key: 'machine' },
};

/**
 * @throws Error for a name that is not in camel case, for a path that no row can say, and for more kinds than there are letters
 */
export function encodeOperations(operations: readonly Operation[]): EncodedOperations {
  const kinds = kindsOf(operations.flatMap((operation) => [ownKind(operation), sharedKind(operation)]));
  const scopes = groupBy(operations, ({ name, path, ...operation }) =>
    JSON.stringify([name.split('.')[0], path.split('/')[1], sharedKind(operation)]),
  ).map((members) => encodeScope(kinds, members));
  // Neighbours are alike then, which compresses better.
  return { kinds, scopes: scopes.sort() };
}

/** Of data whose members have one order: kinds, names, paths. */
const isEqual = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);

const ownKind = ({ method, input, list, paginated, retry }: Operation) =>
  present({ method, input, list, paginated: paginated || undefined, retry: retry === false ? false : undefined });

const sharedKind = ({ versioned, key }: Pick<Operation, 'versioned' | 'key'>) =>
  present({ versioned: versioned === false ? false : undefined, key });

const present = (members: { [Key in keyof Operation]?: Operation[Key] | undefined }) =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as Partial<Operation>;

function kindsOf(found: readonly Partial<Operation>[]): Kinds {
  const kinds: Record<string, Partial<Operation>> = { ...LETTERS };
  // First those that begin no name, or few: such a name would have to write its kind out.
  const free = [...'FHJKOWXYZIESTBARV'];
  for (const kind of found) {
    if (Object.keys(kind).length === 0 || letterOf(kinds, kind)) continue;
    const letter = free.shift();
    if (letter === undefined) throw new Error('There are more kinds of operations than letters for them');
    kinds[letter] = kind;
  }
  // Those that are not used need not be carried.
  return Object.fromEntries(Object.entries(kinds).filter(([, kind]) => found.some((other) => isEqual(kind, other))));
}

const letterOf = (kinds: Kinds, kind: Partial<Operation>) =>
  Object.keys(kinds).find((letter) => isEqual(kinds[letter], kind));

/** @param operations of one resource, with paths that begin alike */
function encodeScope(kinds: Kinds, operations: readonly Operation[]): string {
  const [first] = operations as readonly [Operation, ...Operation[]];
  const start = snake(first.name.split('.')[0]!) + (letterOf(kinds, sharedKind(first)) ?? '');
  const paths = operations.map(({ path }) => path.replaceAll('/{}', ':'));
  const candidates = sharedBases(paths).flatMap((base) =>
    // Without a base the name of the resource is the base.
    ['', base].flatMap((written) => {
      const scope = start + written;
      const rows = operations.map((operation, index) =>
        encodeRow(kinds, scope, operation, paths[index]!.slice(base.length)),
      );
      return rows.includes(null) ? [] : [[scope, ...(rows as string[]).sort(byLikeness)].join(' ')];
    }),
  );
  if (candidates.length === 0)
    throw new Error(`${first.name}: this path, or one beside it, cannot be written as a row`);
  return shortest(candidates);
}

/** What all paths begin with, in whole segments, each beginning of it included. */
function sharedBases(paths: readonly string[]): string[] {
  const segments = paths[0]!.match(/\/[^/:]*|:/g)!;
  const bases = segments.map((_, index) => segments.slice(0, index + 1).join(''));
  return bases.filter((base) =>
    paths.every((path) => path.startsWith(base) && /^($|[/:])/.test(path.slice(base.length))),
  );
}

/** @returns null when no row of this scope is read back as the operation */
function encodeRow(kinds: Kinds, scope: string, operation: Operation, rest: string): string | null {
  const action = snake(operation.name.split('.')[1]!);
  const others = action.replace(/^[^_]+_?/, '');
  const paths = [
    '',
    rest,
    rest.replace(`/${action}`, '~'),
    others ? rest.replace(`/${others}`, '.') : `${rest}.`,
    `${rest}/`,
  ];
  const rows = ['', letterOf(kinds, ownKind(operation))!].flatMap((kind) => paths.map((path) => action + kind + path));
  const right = rows.filter((row) => isSame(decodeOperation(kinds, scope, row), operation));
  return right.length === 0 ? null : shortest(right);
}

const isSame = (one: Operation, other: Operation): boolean =>
  isEqual(
    [one.name, one.path, ownKind(one), sharedKind(one)],
    [other.name, other.path, ownKind(other), sharedKind(other)],
  );

/** Rows with names that many resources have come last, so that texts end alike. */
const LAST = ['delete', 'update', 'get', 'create', 'list'];
const rank = (row: string) => LAST.indexOf(/^[a-z_\d]+/.exec(row)![0]);
const byLikeness = (a: string, b: string) => rank(a) - rank(b) || (a < b ? -1 : 1);

/** The first of the shortest. */
const shortest = (texts: readonly string[]): string =>
  texts.reduce((best, other) => (other.length < best.length ? other : best));

/** The inverse of what `decode.ts` does to a name. */
function snake(name: string): string {
  if (!/^[a-z][a-zA-Z0-9]*$/.test(name)) throw new Error(`${name} is no camel-case name`);
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): T[][] {
  const groups = new Map<string, T[]>();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return [...groups.values()];
}

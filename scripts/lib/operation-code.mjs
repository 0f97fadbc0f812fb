// Operations as the few characters that the runtime needs; src/api/operation.ts reads them back and explains them.

/** What is left away, by the first word of the name: method, flags, path. */
const USUAL = {
  list: ['GET', 'L', ''],
  create: ['POST', 'U', ''],
  get: ['GET', 'O', '*^'],
  update: ['PATCH', '', '*^'],
  delete: ['DELETE', 'O', '*^'],
};
const USUAL_ACTION = ['POST', '', '*~'];

/**
 * One line for each scope: it, then its rows. Scopes in alphabetical order, rows with what is usual at the end: neighbours are
 * alike then, and lines end and begin alike, which compresses better.
 */
export const operationTable = (operations) =>
  [...groupBy(operations, ({ resource }) => resource).values()]
    .flatMap((members) => scopesOf(members))
    .map(({ scope, members }) => {
      const rows = members.map((operation) => rowOf(operation, members));
      return [scope, ...rows.sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1))].join(' ');
    })
    .sort();

const LAST = ['delete', 'update', 'get', 'create', 'list'];
const rank = (row) => LAST.indexOf(/^[a-z_0-9]+/.exec(row)[0]);

/** The operations of a resource whose paths begin alike: most resources have one scope. */
export const scopesOf = (members) =>
  [...groupBy(members, ({ path }) => path.split('/')[1]).values()].map((alike) => ({
    scope: scopeOf(alike),
    members: alike,
  }));

function scopeOf(members) {
  const [{ resource, unversioned, machineKey }] = members;
  if (members.some((other) => other.unversioned !== unversioned || other.machineKey !== machineKey))
    throw new Error(`${resource}: its operations differ in version or key`);
  const name = snake(resource);
  const base = baseOf(members);
  return name + (unversioned ? 'N' : '') + (machineKey ? 'M' : '') + (base === `/${name}` ? '' : base);
}

export function rowOf(operation, members) {
  const name = snake(operation.action);
  const [first] = name.split('_');
  const [usualMethod, usualFlags, usualPath] = USUAL[first] ?? USUAL_ACTION;
  const { method } = operation;
  const flags = flagsOf(operation);
  const path = starPath(operation.path).slice(baseOf(members).length);
  return [
    name,
    method === usualMethod ? '' : method,
    flags === usualFlags ? '' : flags || 'B',
    path === expand(usualPath, name) ? '' : shortestPath(path, name),
  ].join('');
}

function shortestPath(path, name) {
  const signs = ['~', '^'].map((sign) => [sign, expand(sign, name)]);
  const [shortest] = [path, ...signs.map(([sign, words]) => path.replace(words, sign))]
    .filter((text) => text && expand(text, name) === path)
    .sort((a, b) => a.length - b.length);
  if (!shortest) throw new Error(`${name}: a name of several words needs a path of its own; a single word does not`);
  return shortest;
}

/** As the runtime does it. */
const expand = (path, name) => path.replace('~', `/${name}`).replace('^', name.replace(/^[^_]+/, '').replace('_', '/'));

function flagsOf(operation) {
  const repeatable = operation.retry !== 'unsafe';
  if (!repeatable && operation.method !== 'POST')
    throw new Error(`${operation.id}: only a POST can be unsafe to repeat`);
  const flags = [
    operation.list && listFlags(operation.list),
    operation.query.length === 0 && !operation.body && 'O',
    !repeatable && 'U',
    operation.body?.multipart && 'F',
    operation.anonymous && 'X',
  ];
  return flags.filter(Boolean).join('');
}

/** `L` is what a list is without one of the others. */
const listFlags = ({ maximum, paginated }) => (maximum === 100 ? 'S' : '') + (paginated ? 'E' : '') || 'L';

const starPath = (path) => path.replaceAll(/\/\{.+?\}/g, '*');

/** What all paths begin with, in whole segments: `/resource` if they do, else as much as they share (of a single one, all but its end). */
function baseOf(members) {
  const segments = members.map(({ path }) => starPath(path).match(/\/[^/*]*|\*/g));
  const own = `/${snake(members[0].resource)}`;
  if (segments.every(([first]) => first === own)) return own;
  const [first, ...others] = segments;
  if (others.length === 0 && first.length > 1) return first.slice(0, -1).join('');
  const end = first.findIndex((segment, index) => others.some((other) => other[index] !== segment));
  return (end === -1 ? first : first.slice(0, end)).join('');
}

/** The inverse of `camel` in src/api/operation.ts. */
function snake(name) {
  const text = name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  if (!/^[a-z][a-z0-9_]*$/.test(text)) throw new Error(`${name} is no camel-case name`);
  return text;
}

export function groupBy(operations, keyOf) {
  const groups = new Map();
  for (const operation of operations)
    groups.set(keyOf(operation), [...(groups.get(keyOf(operation)) ?? []), operation]);
  return groups;
}

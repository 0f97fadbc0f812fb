// Operations as the few characters that the runtime needs; src/api/operation.ts reads them back and explains them.

const METHOD_LETTERS = { GET: 'G', POST: 'P', PUT: 'U', PATCH: 'A', DELETE: 'D' };
/** What a mere name means, by its first word. */
const USUAL = { list: 'Gl', create: 'Pu', get: 'Go*^', update: 'A*^', delete: 'Do*^' };
const USUAL_ACTION = 'Po*~';

/** One line for each scope: it, then its rows. The order makes neighbours alike, which compresses better. */
export const operationTable = (operations) =>
  [...groupBy(operations, ({ resource }) => resource).values()]
    .flatMap((members) => scopesOf(members))
    .map(({ scope, members }) => [scope, ...members.map((operation) => rowOf(operation, members))].join(' '))
    .sort();

/** The operations of a resource whose paths begin alike: most resources have one scope. */
export const scopesOf = (members) =>
  [...groupBy(members, ({ path }) => path.split('/')[1]).values()].map((alike) => ({
    scope: scopeOf(alike),
    members: [...alike].sort((a, b) => rank(a) - rank(b)),
  }));

const rank = ({ action }) => Object.keys(USUAL).indexOf(action) + 1 || 9;

function scopeOf(members) {
  const [{ resource, unversioned, machineKey }] = members;
  if (members.some((other) => other.unversioned !== unversioned || other.machineKey !== machineKey))
    throw new Error(`${resource}: its operations differ in version or key`);
  const name = snake(resource);
  const base = baseOf(members);
  const flags = (unversioned ? 'n' : '') + (machineKey ? 'm' : '');
  return [name, ...(flags || base !== `/${name}` ? [base] : []), ...(flags ? [flags] : [])].join(':');
}

export function rowOf(operation, members) {
  const name = snake(operation.action);
  const [, first, others] = /([a-z]+)_?(.*)/.exec(name);
  const method = METHOD_LETTERS[operation.method] + flagsOf(operation);
  const path = starPath(operation.path).slice(baseOf(members).length);
  const codes = [path, shorten(path, name, '~'), shorten(path, others, '^')].map((rest) => method + rest);
  const usual = USUAL[first] ?? USUAL_ACTION;
  const commas = operation.commaArrays.length > 0 ? `?${operation.commaArrays}` : '';
  if (!commas && codes.includes(others ? usual : usual.replace('^', ''))) return name;
  const [shortest] = codes.sort((a, b) => a.length - b.length);
  return name + shortest + commas;
}

const shorten = (path, words, sign) =>
  words && path.endsWith(`/${words}`) ? path.slice(0, -words.length - 1) + sign : path;

function flagsOf(operation) {
  const repeatable = operation.retry !== 'unsafe';
  if (!repeatable && operation.method !== 'POST')
    throw new Error(`${operation.id}: only a POST can be unsafe to repeat`);
  const flags = [
    operation.list && (operation.list.maximum === 100 ? 's' : 'l'),
    operation.list?.paginated && 'p',
    operation.query.length === 0 && !operation.body && 'o',
    !repeatable && 'u',
    operation.body?.multipart && 'f',
    operation.anonymous && 'x',
  ];
  return flags.filter(Boolean).join('');
}

const starPath = (path) => path.replaceAll(/\/\{.+?\}/g, '*');

/** What all paths begin with: `/resource` if they do, else the longest common part, in whole segments. */
function baseOf(members) {
  const segments = members.map(({ path }) => starPath(path).match(/\/[^/*]*|\*/g));
  const own = `/${snake(members[0].resource)}`;
  if (segments.every(([first]) => first === own)) return own;
  const [first, ...others] = segments;
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

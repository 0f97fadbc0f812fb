// An operation as the few characters that the runtime needs: flags, a letter for the method, the path with `*` for each id,
// and after `?` the arrays that the query joins with commas. src/api/operation.ts reads the same code and explains the flags.
import { camel } from './document.mjs';

const METHOD_LETTERS = { GET: 'G', POST: 'P', PUT: 'U', PATCH: 'A', DELETE: 'D' };

export const starPath = (path) => path.replaceAll(/\{.+?\}/g, '*');

export function operationCode(operation, path = starPath(operation.path)) {
  const repeatable = operation.retry !== 'unsafe';
  if (!repeatable && operation.method !== 'POST')
    throw new Error(`${operation.id}: only a POST can be unsafe to repeat`);
  const flags = [
    operation.list && (operation.list.maximum === 100 ? 's' : 'l'),
    operation.list?.paginated && 'p',
    operation.query.length === 0 && !operation.body && 'o',
    operation.method === 'POST' && repeatable && 'i',
    operation.body?.multipart && 'f',
    operation.unversioned && 'n',
    operation.machineKey && 'm',
    operation.anonymous && 'x',
  ];
  const commaArrays = operation.commaArrays.length > 0 ? `?${operation.commaArrays}` : '';
  return flags.filter(Boolean).join('') + METHOD_LETTERS[operation.method] + path + commaArrays;
}

/**
 * One line for each resource: `resource/base|action=code|…`. What can be told from the rest is left out, which halves the table:
 * the paths share their longest common beginning; the resource's name is that beginning in camel case; `~` stands for
 * `/the_action`, `^` for `/the_action` without its first word. src/api/create-backend-api.ts reads it back.
 */
export function operationTable(operations) {
  return [...groupBy(operations)].map(([resource, members]) => {
    const base = baseOf(members);
    const rows = members.map(
      (operation) => `${operation.action}=${operationCode(operation, shorten(operation, base))}`,
    );
    const name = camel(base.slice(1).replaceAll('/', '_')) === resource ? '' : resource;
    return [name + base, ...rows].join('|');
  });
}

export const baseOf = (operations) => commonBase(operations.map(({ path }) => starPath(path)));

/** The rest of the path after `base`; see `within` in src/api/call.ts for the two signs. */
export function shorten({ action, path }, base) {
  const rest = starPath(path).slice(base.length);
  const snake = action.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  const shortened = { '~': snake, '^': snake.replace(/.*?_/, '') };
  for (const [sign, words] of Object.entries(shortened))
    if (rest.endsWith(`/${words}`)) return rest.slice(0, -words.length - 1) + sign;
  return rest;
}

export function groupBy(operations) {
  const groups = new Map();
  for (const operation of operations)
    groups.set(operation.resource, [...(groups.get(operation.resource) ?? []), operation]);
  return groups;
}

function commonBase(paths) {
  const [first, ...others] = paths;
  let length = first.length;
  for (const path of others) while (!path.startsWith(first.slice(0, length))) length -= 1;
  return first.slice(0, length);
}

// An operation as the few characters that the runtime needs: flags, a letter for the method, the path with `*` for each id,
// and after `?` the arrays that the query joins with commas. src/api/operation.ts reads the same code and explains the flags.
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

/** `{ resource: "base|action=code|…" }`: the paths share their longest common beginning, which keeps the table small. */
export function operationTable(operations) {
  const table = {};
  for (const [resource, members] of groupBy(operations)) {
    const base = commonBase(members.map((operation) => starPath(operation.path)));
    const rows = members.map(
      (operation) => `${operation.action}=${operationCode(operation, starPath(operation.path).slice(base.length))}`,
    );
    table[resource] = [base, ...rows].join('|');
  }
  return table;
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

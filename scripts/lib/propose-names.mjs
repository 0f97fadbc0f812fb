// Names and retry classes for new operations, from the document's hints. A person checks them: names are public.
import { camel } from './document.mjs';

/** A POST counts as unsafe to repeat until somebody has read what it does. */
const RETRY = { GET: 'safe', PUT: 'idempotent', PATCH: 'idempotent', DELETE: 'idempotent', POST: 'unsafe' };

export function proposeNames(names, added) {
  const taken = new Set(Object.values(names.operations).map(({ name }) => name));
  const operations = { ...names.operations };
  for (const { method, path, raw } of added) {
    const resource = camel(raw['x-speakeasy-group'] ?? path.split('/')[1]);
    const action = raw['x-speakeasy-name-override'] ?? raw.operationId;
    const wanted = `${resource}.${lowerFirst(action)}`;
    const name = taken.has(wanted) ? `${resource}.${lowerFirst(raw.operationId)}` : wanted;
    taken.add(name);
    operations[raw.operationId] = { name, retry: RETRY[method], ...listShape(raw) };
  }
  return { ...names, operations };
}

const lowerFirst = (text) => text.charAt(0).toLowerCase() + text.slice(1);

/** Only what can be told without following references; `list` is added by hand for the rest. */
function listShape(raw) {
  const hasLimit = (raw.parameters ?? []).some(
    (parameter) => parameter.name === 'limit' || parameter.$ref?.endsWith('/LimitParameter'),
  );
  const success = Object.entries(raw.responses).find(([status]) => status.startsWith('2'))?.[1];
  const schema = success?.content?.['application/json']?.schema;
  if (!hasLimit || !schema) return {};
  if (schema.type === 'array') return { list: 'array' };
  return schema.properties?.data ? { list: 'data' } : {};
}

/** One line an operation, so that a change shows in review. */
export function formatNames({ types, operations }) {
  const row = ([id, entry]) =>
    `    ${JSON.stringify(id)}: ${JSON.stringify(entry)
      .replaceAll(/([,:{])"/g, '$1 "')
      .replaceAll('}', ' }')}`;
  const rows = Object.entries(operations).map(row);
  const typeRows = Object.entries(types).map(([from, to]) => `    ${JSON.stringify(from)}: ${JSON.stringify(to)}`);
  return `{\n  "types": {\n${typeRows.join(',\n')}\n  },\n  "operations": {\n${rows.join(',\n')}\n  }\n}\n`;
}

// Names and retry classes for new operations, from the document's hints. A person checks them: names are public.
import { camel, resolve } from './document.mjs';

/**
 * @typedef {import('./document.mjs').OpenApiDocument} OpenApiDocument
 * @typedef {import('./document.mjs').RawOperation} RawOperation
 * @typedef {import('./document.mjs').Names} Names
 * @typedef {import('./compare.mjs').Compared} Compared
 */

/** A POST counts as unsafe to repeat until somebody has read what it does. */
/** @type {Record<string, import('./document.mjs').Retry>} */
const RETRY = { GET: 'safe', PUT: 'idempotent', PATCH: 'idempotent', DELETE: 'idempotent', POST: 'unsafe' };

/**
 * @param {Names} names
 * @param {OpenApiDocument} document the one that has the operations
 * @param {readonly Compared[]} added operations as `compareDocuments` gives them
 * @returns {Names}
 */
export function proposeNames(names, document, added) {
  const taken = new Set(Object.values(names.operations).map(({ name }) => name));
  const operations = { ...names.operations };
  for (const { method, path, raw } of added) {
    const group = raw['x-speakeasy-group'] ?? path.split('/')[1] ?? '';
    const resource = camel(group.replaceAll(/\W+/g, '_'));
    const action = raw['x-speakeasy-name-override'] ?? raw.operationId;
    const wanted = `${resource}.${lowerFirst(action)}`;
    const name = taken.has(wanted) ? `${resource}.${lowerFirst(raw.operationId)}` : wanted;
    taken.add(name);
    operations[raw.operationId] = { name, retry: RETRY[method] ?? 'unsafe', ...listShape(document, raw) };
  }
  return { ...names, operations };
}

/**
 * Without the names of operations that the document no longer has.
 * @param {Names} names
 * @param {readonly Compared[]} removed
 * @returns {Names}
 */
export function withoutNames(names, removed) {
  const gone = new Set(removed.map(({ raw }) => raw.operationId));
  const operations = Object.fromEntries(Object.entries(names.operations).filter(([id]) => !gone.has(id)));
  return { ...names, operations };
}

const lowerFirst = (/** @type {string} */ text) => text.charAt(0).toLowerCase() + text.slice(1);

/**
 * An operation with a `limit` is a list. Its items are the answer, or the one array within it.
 * @param {OpenApiDocument} document
 * @param {RawOperation} raw
 * @returns {{ list?: string }}
 */
function listShape(document, raw) {
  const hasLimit = (raw.parameters ?? []).some((parameter) => resolve(document, parameter).name === 'limit');
  const success = Object.entries(raw.responses).find(([status]) => status.startsWith('2'))?.[1];
  const schema = resolve(document, resolve(document, success)?.content?.['application/json']?.schema);
  if (!hasLimit || !schema) return {};
  if (schema.type === 'array') return { list: 'array' };
  const arrays = Object.entries(schema.properties ?? {}).filter(([, each]) => resolve(document, each).type === 'array');
  const [only, other] = arrays;
  return only !== undefined && other === undefined ? { list: only[0] } : {};
}

/**
 * One line an operation, so that a change shows in review.
 * @param {Names} names
 */
export function formatNames({ types, operations }) {
  const row = (/** @type {[string, import('./document.mjs').NameEntry]} */ [id, entry]) =>
    `    ${JSON.stringify(id)}: ${JSON.stringify(entry)
      .replaceAll(/([,:{])"/g, '$1 "')
      .replaceAll('}', ' }')}`;
  const rows = Object.entries(operations).map(row);
  const typeRows = Object.entries(types).map(([from, to]) => `    ${JSON.stringify(from)}: ${JSON.stringify(to)}`);
  return `{\n  "types": {\n${typeRows.join(',\n')}\n  },\n  "operations": {\n${rows.join(',\n')}\n  }\n}\n`;
}

// What differs between two documents, operation by operation. References are followed, so that a change deep in a shared schema
// shows at every operation that it reaches.
import { entries, valueAt } from './document.mjs';

/**
 * @typedef {import('./document.mjs').OpenApiDocument} OpenApiDocument
 *
 * @typedef {Record<'parameters' | 'body' | 'response' | 'statuses' | 'deprecated' | 'security', string>} Parts
 * @typedef {{ label: string, method: string, path: string, raw: import('./document.mjs').RawOperation, parts: Parts }} Compared
 */

/**
 * @param {OpenApiDocument} current
 * @param {OpenApiDocument} next
 * @returns operations added and removed, and those that are called or answered differently
 */
export function compareDocuments(current, next) {
  const before = index(current);
  const after = index(next);
  const removed = [...before.values()].filter(({ label }) => !after.has(label));
  const added = [...after.values()].filter(({ label }) => !before.has(label));
  const changed = [...after.values()].flatMap((operation) => {
    const old = before.get(operation.label);
    const names = /** @type {(keyof Parts)[]} */ (Object.keys(operation.parts));
    const parts = old ? names.filter((part) => old.parts[part] !== operation.parts[part]) : [];
    return parts.length > 0 ? [{ label: operation.label, parts }] : [];
  });
  return { added, removed, changed };
}

/**
 * By what a caller depends on: operation id, method and path. Path variables may be renamed.
 * @param {OpenApiDocument} document
 * @returns {Map<string, Compared>}
 */
function index(document) {
  const operations = [...entries(document)].map(({ method, path, raw }) => {
    const canonical = (/** @type {unknown} */ node) => canonicalize(document, node);
    const status = Object.keys(raw.responses).find((code) => code.startsWith('2')) ?? '';
    const parts = {
      parameters: canonical(raw.parameters ?? []),
      body: canonical(raw.requestBody ?? null),
      response: canonical(raw.responses[status] ?? null),
      statuses: Object.keys(raw.responses).sort().join(),
      deprecated: String(raw.deprecated === true),
      security: canonical(raw.security ?? null),
    };
    return { label: `${method} ${path.replaceAll(/\{.+?\}/g, '{}')} (${raw.operationId})`, method, path, raw, parts };
  });
  return new Map(operations.map((operation) => [operation.label, operation]));
}

const PROSE = new Set(['description', 'summary', 'example', 'examples', 'title']);

/**
 * JSON with sorted keys, references followed (a recursive one stays), prose left out.
 * @param {OpenApiDocument} document
 * @param {unknown} node
 * @returns {string}
 */
function canonicalize(document, node) {
  /** @type {(value: unknown, inside: readonly string[]) => unknown} */
  const walk = (value, inside) => {
    if (Array.isArray(value)) return value.map((item) => walk(item, inside));
    if (typeof value !== 'object' || value === null) return value;
    const members = /** @type {Record<string, unknown>} */ (value);
    const { $ref } = members;
    if (typeof $ref === 'string')
      return inside.includes($ref) ? $ref : walk(valueAt(document, $ref), [...inside, $ref]);
    // `description` may also be the name of a property: there its value is a schema, not text.
    const kept = Object.keys(members).filter(
      (key) => !(PROSE.has(key) && isProse(members[key], key)) && !key.startsWith('x-'),
    );
    return Object.fromEntries(kept.sort().map((key) => [key, walk(members[key], inside)]));
  };
  return JSON.stringify(walk(node, []));
}

const isProse = (/** @type {unknown} */ value, /** @type {string} */ key) =>
  typeof value !== 'object' ||
  value === null ||
  key === 'examples' ||
  (key === 'example' && !('type' in value && value.type));

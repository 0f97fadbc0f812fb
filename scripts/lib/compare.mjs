// What differs between two documents, operation by operation. References are followed, so that a change deep in a shared schema
// shows at every operation that it reaches.
import { entries } from './document.mjs';

/** @returns operations added and removed, and those that are called or answered differently */
export function compareDocuments(current, next) {
  const before = index(current);
  const after = index(next);
  const removed = [...before.values()].filter(({ label }) => !after.has(label));
  const added = [...after.values()].filter(({ label }) => !before.has(label));
  const changed = [...after.values()].flatMap((operation) => {
    const old = before.get(operation.label);
    const parts = old ? Object.keys(operation.parts).filter((part) => old.parts[part] !== operation.parts[part]) : [];
    return parts.length > 0 ? [{ label: operation.label, parts }] : [];
  });
  return { added, removed, changed };
}

/** By what a caller depends on: operation id, method and path. Path variables may be renamed. */
function index(document) {
  const operations = [...entries(document)].map(({ method, path, raw }) => {
    const canonical = (node) => canonicalize(document, node);
    const status = Object.keys(raw.responses).find((code) => code.startsWith('2'));
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

/** JSON with sorted keys, references followed (a recursive one stays), prose left out. */
function canonicalize(document, node) {
  const walk = (value, inside) => {
    if (Array.isArray(value)) return value.map((item) => walk(item, inside));
    if (typeof value !== 'object' || value === null) return value;
    if (typeof value.$ref === 'string') {
      if (inside.includes(value.$ref)) return value.$ref;
      const target = value.$ref
        .slice(2)
        .split('/')
        .reduce((at, key) => at[key], document);
      return walk(target, [...inside, value.$ref]);
    }
    // `description` may also be the name of a property: there its value is a schema, not text.
    const members = Object.keys(value).filter(
      (key) => !(PROSE.has(key) && isProse(value[key], key)) && !key.startsWith('x-'),
    );
    return Object.fromEntries(members.sort().map((key) => [key, walk(value[key], inside)]));
  };
  return JSON.stringify(walk(node, []));
}

const isProse = (value, key) =>
  typeof value !== 'object' || value === null || key === 'examples' || (key === 'example' && !value.type);

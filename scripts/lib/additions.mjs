// What Clerk has added since the base document was taken (spec/additions.json): whole operations and components, and what is new of
// those that the base has. Objects are joined member by member, lists get what they lack, null takes a member away, anything else
// is replaced.

/**
 * @typedef {import('./document.mjs').OpenApiDocument} OpenApiDocument
 * @typedef {import('./document.mjs').RawOperation} RawOperation
 * @typedef {Record<string, unknown>} Members
 */

/**
 * @param {OpenApiDocument} base
 * @param {OpenApiDocument} additions
 * @returns {OpenApiDocument} one document, with the `info` of the base; neither of the two is changed
 */
export function withAdditions(base, { paths, components }) {
  /** @type {OpenApiDocument['paths']} */
  const added = {};
  for (const [path, item] of Object.entries(paths))
    for (const [method, operation] of Object.entries(item))
      // What is new of an operation means nothing where a base has lost the operation.
      if (isWhole(operation) || base.paths[path]?.[method]) (added[path] ??= {})[method] = operation;
  return /** @type {OpenApiDocument} */ (merge(base, { paths: added, components }));
}

/**
 * What is left of the additions beside a newer base: no operation that the base has, nothing that the base says of an operation or
 * component, and no component that nothing refers to any more. The newer base is right where the two differ.
 * @param {OpenApiDocument} additions
 * @param {OpenApiDocument} base
 * @returns {OpenApiDocument}
 */
export function withoutKnown(additions, base) {
  /** @type {OpenApiDocument['paths']} */
  const paths = {};
  for (const [path, item] of Object.entries(additions.paths))
    for (const [method, operation] of Object.entries(item)) {
      const known = base.paths[path]?.[method];
      const rest = known === undefined ? operation : isWhole(operation) ? undefined : subtract(operation, known);
      if (rest !== undefined) (paths[path] ??= {})[method] = /** @type {RawOperation} */ (rest);
    }
  const known = /** @type {Record<string, Members>} */ (/** @type {unknown} */ (base.components));
  /** @type {Record<string, Members>} */
  const components = {};
  for (const [section, members] of Object.entries(additions.components)) {
    const left = Object.entries(members).flatMap(([name, member]) => {
      const rest = subtract(member, known[section]?.[name]);
      return rest === undefined ? [] : [/** @type {const} */ ([name, rest])];
    });
    components[section] = Object.fromEntries(left);
  }
  return /** @type {OpenApiDocument} */ ({ ...additions, paths, components: reachable(components, paths, known) });
}

/** The operations that a document adds, beside what it adds to those of the base. */
export const wholeOperations = (/** @type {OpenApiDocument} */ { paths }) =>
  Object.values(paths).flatMap((item) => Object.values(item).filter(isWhole));

const isWhole = (/** @type {RawOperation} */ { operationId }) => operationId !== undefined;

/**
 * @param {unknown} old
 * @param {unknown} added
 * @returns {unknown}
 */
function merge(old, added) {
  if (Array.isArray(old) && Array.isArray(added)) return mergeLists(old, added);
  if (!isObject(old) || !isObject(added)) return added;
  const merged = { ...old };
  for (const [key, value] of Object.entries(added))
    if (value === null) delete merged[key];
    else merged[key] = key in old ? merge(old[key], value) : value;
  return merged;
}

function mergeLists(/** @type {readonly unknown[]} */ old, /** @type {readonly unknown[]} */ added) {
  const of = new Map(old.map((item) => [keyOf(item), item]));
  for (const item of added) of.set(keyOf(item), of.has(keyOf(item)) ? merge(of.get(keyOf(item)), item) : item);
  return [...of.values()];
}

/** A parameter is known by its place and name, anything else by itself. */
const keyOf = (/** @type {unknown} */ item) =>
  isParameter(item) ? `${String(item['in'])} ${String(item['name'])}` : JSON.stringify(item);
/** @type {(item: unknown) => item is Members} */
const isParameter = (item) => isObject(item) && typeof item['name'] === 'string' && typeof item['in'] === 'string';

/**
 * @param {unknown} added
 * @param {unknown} known
 * @returns {unknown} undefined when nothing is left
 */
function subtract(added, known) {
  if (known === undefined) return added === null ? undefined : added;
  if (added === null) return null;
  if (Array.isArray(added) && Array.isArray(known)) {
    const of = new Map(known.map((item) => [keyOf(item), item]));
    const left = added.flatMap((item) => {
      const rest = subtract(item, of.get(keyOf(item)));
      return rest === undefined
        ? []
        : [isParameter(item) ? { name: item['name'], in: item['in'], .../** @type {Members} */ (rest) } : rest];
    });
    return left.length > 0 ? left : undefined;
  }
  if (!isObject(added) || !isObject(known)) return undefined;
  const left = Object.entries(added).flatMap(([key, value]) => {
    const rest = subtract(value, known[key]);
    return rest === undefined ? [] : [[key, rest]];
  });
  return left.length > 0 ? Object.fromEntries(left) : undefined;
}

/**
 * Without the components that are new and that nothing refers to; what is added to a component of the base stays.
 * @param {Record<string, Members>} components
 * @param {unknown} paths
 * @param {Record<string, Members>} known
 */
function reachable(components, paths, known) {
  /** @type {Set<string>} */
  const found = new Set();
  const visit = (/** @type {unknown} */ node) => {
    if (Array.isArray(node)) return node.forEach(visit);
    if (!isObject(node)) return;
    const { $ref } = node;
    if (typeof $ref === 'string' && !found.has($ref)) {
      found.add($ref);
      const [, , section = '', name = ''] = $ref.split('/');
      visit(components[section]?.[name]);
    }
    Object.values(node).forEach(visit);
  };
  visit(paths);
  for (const [section, members] of Object.entries(components))
    for (const [name, member] of Object.entries(members)) if (known[section]?.[name] !== undefined) visit(member);
  return Object.fromEntries(
    Object.entries(components).map(([section, members]) => [
      section,
      Object.fromEntries(
        Object.entries(members).filter(
          ([name]) => known[section]?.[name] !== undefined || found.has(`#/components/${section}/${name}`),
        ),
      ),
    ]),
  );
}

/** @type {(value: unknown) => value is Members} */
const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);

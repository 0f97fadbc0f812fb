// The OpenAPI document and the name map, read into one list of operations that every output is written from.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { withAdditions } from './additions.mjs';

/**
 * What of OpenAPI 3.0 the document uses.
 *
 * @typedef {{
 *   $ref?: string,
 *   type?: string,
 *   format?: string,
 *   pattern?: string,
 *   description?: string,
 *   default?: unknown,
 *   example?: unknown,
 *   deprecated?: boolean | undefined,
 *   nullable?: boolean,
 *   enum?: unknown[],
 *   minimum?: number,
 *   exclusiveMinimum?: boolean,
 *   maximum?: number,
 *   minLength?: number,
 *   maxLength?: number,
 *   maxItems?: number,
 *   items?: Schema,
 *   properties?: Record<string, Schema>,
 *   additionalProperties?: boolean | Schema,
 *   required?: string[],
 *   oneOf?: Schema[],
 *   anyOf?: Schema[],
 *   allOf?: Schema[],
 *   'x-speakeasy-unknown-values'?: string,
 * }} Schema
 *
 * @typedef {{ $ref?: string, name: string, in: string, schema: Schema, required?: boolean, explode?: boolean,
 *   description?: string, deprecated?: boolean }} Parameter
 * @typedef {{ $ref?: string, required?: boolean, content?: Record<string, { schema: Schema }> }} Content a body, or an answer
 *
 * @typedef {{
 *   operationId: string,
 *   summary?: string,
 *   description?: string,
 *   deprecated?: boolean,
 *   security?: object[],
 *   parameters?: Parameter[],
 *   requestBody?: Content,
 *   responses: Record<string, Content>,
 *   'x-speakeasy-group'?: string,
 *   'x-speakeasy-name-override'?: string,
 * }} RawOperation
 *
 * @typedef {{
 *   info: { version: string, 'x-snapshot'?: string, 'x-base-snapshot'?: string },
 *   paths: Record<string, Record<string, RawOperation>>,
 *   components: { schemas: Record<string, Schema> },
 * }} OpenApiDocument
 *
 * @typedef {import('../../src/api/operation.js').Operation['method']} Method
 * @typedef {'safe' | 'idempotent' | 'unsafe'} Retry
 * @typedef {{ name: string, retry: Retry, list?: string }} NameEntry
 * @typedef {{ types: Record<string, string>, operations: Record<string, NameEntry> }} Names the name map, spec/names.json
 *
 * @typedef {ReturnType<typeof readOperation>} Operation
 */

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
export const DOCUMENT_PATH = 'spec/backend-api.json';
/** What browsers ask of the offline instance: names and types. */
export const FRONTEND_DOCUMENT_PATH = 'spec/frontend-api.json';
export const ADDITIONS_PATH = 'spec/additions.json';
/** Base and additions as one document: made by scripts/generate.mjs, not committed. */
export const MERGED_PATH = 'spec/merged.json';
/** What the next version of the API takes away: a part to merge, as the additions are. */
export const NEXT_PATH = 'spec/next-version.json';
export const NAMES_PATH = 'spec/names.json';

const METHODS = ['get', 'post', 'put', 'patch', 'delete'];
/** Clerk serves these without the version prefix, and the first two groups to machines as well. */
const UNVERSIONED = /^\/(api_keys|m2m_tokens|oauth_applications\/access_tokens)(\/|$)/;
const MACHINE_KEY = /^\/m2m_tokens(\/|$)/;
/** Of a page, where the document does not say. */
const USUAL_MAXIMUM = 500;

/**
 * `JSON.parse`, whose result has no type until somebody says which.
 * @returns {unknown}
 */
export const parseJson = (/** @type {string} */ text) => JSON.parse(text);
/** @param {string} path from the root */
export const readJson = (path) => parseJson(readFileSync(new URL(path, `file://${ROOT}`), 'utf8'));

export const readBase = () => /** @type {OpenApiDocument} */ (readJson(DOCUMENT_PATH));
export const readAdditions = () => /** @type {OpenApiDocument} */ (readJson(ADDITIONS_PATH));
/** The committed ones, as one. */
export const readDocument = () => withAdditions(readBase(), readAdditions());
/** The document as the next version has it. */
export function readNextDocument() {
  const next = /** @type {OpenApiDocument} */ (readJson(NEXT_PATH));
  return { ...withAdditions(readDocument(), next), info: next.info };
}
export const readNames = () => /** @type {Names} */ (readJson(NAMES_PATH));

/**
 * Follows `$ref` (within the document) until there is none.
 * @template {{ $ref?: string } | undefined} T
 * @param {OpenApiDocument} document
 * @param {T} node
 * @returns {T}
 */
export function resolve(document, node) {
  let at = node;
  while (at?.$ref) at = /** @type {T} */ (valueAt(document, at.$ref));
  return at;
}

/**
 * What a reference names.
 * @param {OpenApiDocument} document
 * @param {string} reference `#/components/…`
 * @returns {unknown}
 */
export const valueAt = (document, reference) =>
  reference
    .slice(2)
    .split('/')
    .reduce(
      (value, key) => /** @type {Record<string, unknown>} */ (value)[unescapePointer(key)],
      /** @type {unknown} */ (document),
    );
const unescapePointer = (/** @type {string} */ key) => key.replaceAll('~1', '/').replaceAll('~0', '~');

/**
 * Every (path, method) of a document with its operation object.
 * @param {OpenApiDocument} document
 */
export function* entries(document) {
  for (const [path, item] of Object.entries(document.paths))
    for (const method of METHODS) {
      const raw = item[method];
      if (raw !== undefined) yield { path, method: /** @type {Method} */ (method.toUpperCase()), raw };
    }
}

/**
 * @template T
 * @param {readonly T[]} items
 * @param {(item: T) => string} keyOf
 */
export function groupBy(items, keyOf) {
  /** @type {Map<string, T[]>} */
  const groups = new Map();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return groups;
}

export const camel = (/** @type {string} */ text) =>
  text.replace(/[_-]+(\w)/g, (_, /** @type {string} */ c) => c.toUpperCase()).replace(/ID$/, 'Id');
export const pascal = (/** @type {string} */ text) =>
  text
    .split(/[._-]+/)
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
    .join('');
export const kebab = (/** @type {string} */ text) => text.replace(/(?<=[a-z0-9])(?=[A-Z])/g, '-').toLowerCase();

/**
 * @param {OpenApiDocument} document
 * @param {Names} names
 * @returns the operations in document order. Throws when the name map misses one, has one too many, or gives two the same name.
 */
export function readOperations(document, names) {
  const operations = [...entries(document)].map((entry) => readOperation(document, names, entry));
  const known = new Set(operations.map((operation) => operation.id));
  const surplus = Object.keys(names.operations).filter((id) => !known.has(id));
  if (surplus.length > 0)
    throw new Error(`${NAMES_PATH} names operations that the document lacks: ${surplus.join(', ')}`);
  const seen = new Map();
  for (const { id, name } of operations) {
    if (seen.has(name)) throw new Error(`${NAMES_PATH}: ${id} and ${seen.get(name)} are both called ${name}`);
    seen.set(name, id);
  }
  return operations;
}

/**
 * @param {OpenApiDocument} document
 * @param {Names} names
 * @param {{ path: string, method: Method, raw: RawOperation }} entry
 */
function readOperation(document, names, { path, method, raw }) {
  const id = raw.operationId;
  const entry = names.operations[id];
  if (!entry) throw new Error(`${NAMES_PATH} has no name for ${id} (${method} ${path}): run npm run update-spec`);
  const [resource = '', action = ''] = entry.name.split('.');
  const parameters = (raw.parameters ?? []).map((parameter) => resolve(document, parameter));
  const pathParameters = [...path.matchAll(/\{(.+?)\}/g)].map(([, wire]) => {
    const parameter = parameters.find(({ in: place, name }) => place === 'path' && name === wire);
    if (!parameter) throw new Error(`${id}: the path variable ${wire} is not among its parameters`);
    return parameter;
  });
  const query = parameters.filter((parameter) => parameter.in === 'query');
  const body = readBody(document, raw.requestBody);
  if (body && (query.length > 0 || method === 'GET' || method === 'DELETE'))
    throw new Error(`${id}: cannot tell whether its object is the query or the body`);
  const limit = query.find((parameter) => parameter.name === 'limit');
  return {
    id,
    name: entry.name,
    resource,
    action,
    method,
    path,
    retry: entry.retry,
    ids: pathParameters.map((parameter) => ({ ...parameter, wire: parameter.name, name: camel(parameter.name) })),
    query,
    body,
    response: readResponse(document, raw),
    list: entry.list
      ? {
          shape: entry.list,
          maximum: limit?.schema.maximum ?? USUAL_MAXIMUM,
          paginated: query.some((p) => p.name === 'paginated'),
        }
      : null,
    versioned: !UNVERSIONED.test(path),
    key: keyOf(path, raw),
    summary: raw.summary ?? '',
    description: raw.description ?? '',
    deprecated: raw.deprecated === true,
  };
}

/** @returns {'none' | 'machine' | 'secret'} */
function keyOf(/** @type {string} */ path, /** @type {RawOperation} */ { security }) {
  if (Array.isArray(security) && security.length === 0) return 'none';
  return MACHINE_KEY.test(path) ? 'machine' : 'secret';
}

/**
 * An operation as the client knows it (src/api/operation.ts); what is undefined is as usual.
 * @param {Operation} operation
 */
export const clientOperation = ({ name, method, path, query, body, list, retry, versioned, key }) => {
  const operation = {
    name,
    method,
    path: path.replaceAll(/\{.+?\}/g, '{}'),
    input: body ? (body.multipart ? 'form' : 'body') : query.length > 0 ? 'query' : 'none',
    list: list?.maximum,
    paginated: list?.paginated || undefined,
    retry: retry === 'unsafe' ? false : undefined,
    versioned: versioned ? undefined : false,
    key: key === 'secret' ? undefined : key,
  };
  // `undefined` counts as absent there, and JSON leaves it out.
  return /** @type {import('../../src/api/operation.js').Operation} */ (operation);
};

/**
 * The document calls many bodies optional that have required members: the members decide.
 * @param {OpenApiDocument} document
 * @param {Content | undefined} requestBody
 */
function readBody(document, requestBody) {
  if (!requestBody) return null;
  const body = resolve(document, requestBody);
  const [first] = Object.entries(body.content ?? {});
  if (first === undefined) throw new Error('A body without a content type.');
  const [contentType, { schema }] = first;
  const resolved = resolve(document, schema);
  const required = body.required === true || (resolved.required?.length ?? 0) > 0 || resolved.type === 'array';
  const multipart = contentType === 'multipart/form-data';
  if (multipart && resolved.properties?.['file']?.format !== 'binary')
    throw new Error(`${Object.keys(resolved.properties ?? {}).join()}: a form whose file is not called \`file\``);
  return { schema, required, multipart };
}

/**
 * Schema of the one successful answer that has a body; null if there is none.
 * @param {OpenApiDocument} document
 * @param {RawOperation} raw
 */
function readResponse(document, raw) {
  const [status = ''] = Object.keys(raw.responses).filter((code) => /^2/.test(code));
  const response = resolve(document, raw.responses[status]);
  return response?.content?.['application/json']?.schema ?? null;
}

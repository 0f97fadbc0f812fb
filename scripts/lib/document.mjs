// The OpenAPI document and the name map, read into one list of operations that every output is written from.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
export const DOCUMENT_PATH = 'spec/backend-api.json';
export const NAMES_PATH = 'spec/names.json';

const METHODS = ['get', 'post', 'put', 'patch', 'delete'];
/** Clerk serves these without the version prefix, and the first two groups to machines as well. */
const UNVERSIONED = /^\/(api_keys|m2m_tokens|oauth_applications\/access_tokens)(\/|$)/;
const MACHINE_KEY = /^\/m2m_tokens(\/|$)/;
/** Of a page, where the document does not say. */
const USUAL_MAXIMUM = 500;

export const readJson = (path) => JSON.parse(readFileSync(new URL(path, `file://${ROOT}`), 'utf8'));

/** Follows `$ref` (within the document) until there is none. */
export function resolve(document, node) {
  let at = node;
  while (at?.$ref)
    at = at.$ref
      .slice(2)
      .split('/')
      .reduce((value, key) => value[unescapePointer(key)], document);
  return at;
}
const unescapePointer = (key) => key.replaceAll('~1', '/').replaceAll('~0', '~');

/** Every (path, method) of a document with its operation object. */
export function* entries(document) {
  for (const [path, item] of Object.entries(document.paths))
    for (const method of METHODS) if (item[method]) yield { path, method: method.toUpperCase(), raw: item[method] };
}

export function groupBy(items, keyOf) {
  const groups = new Map();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return groups;
}

export const camel = (text) => text.replace(/[_-]+(\w)/g, (_, c) => c.toUpperCase()).replace(/ID$/, 'Id');
export const pascal = (text) =>
  text
    .split(/[._-]+/)
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
    .join('');
export const kebab = (text) => text.replace(/(?<=[a-z0-9])(?=[A-Z])/g, '-').toLowerCase();

/**
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

function readOperation(document, names, { path, method, raw }) {
  const id = raw.operationId;
  const entry = names.operations[id];
  if (!entry) throw new Error(`${NAMES_PATH} has no name for ${id} (${method} ${path}): run npm run update-spec`);
  const [resource, action] = entry.name.split('.');
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

function keyOf(path, { security }) {
  if (Array.isArray(security) && security.length === 0) return 'none';
  return MACHINE_KEY.test(path) ? 'machine' : 'secret';
}

/** An operation as the client knows it (src/api/operation.ts); what is undefined is as usual. */
export const clientOperation = ({ name, method, path, query, body, list, retry, versioned, key }) => ({
  name,
  method,
  path: path.replaceAll(/\{.+?\}/g, '{}'),
  input: body ? (body.multipart ? 'form' : 'body') : query.length > 0 ? 'query' : 'none',
  list: list?.maximum,
  paginated: list?.paginated || undefined,
  retry: retry === 'unsafe' ? false : undefined,
  versioned: versioned ? undefined : false,
  key: key === 'secret' ? undefined : key,
});

/** The document calls many bodies optional that have required members: the members decide. */
function readBody(document, requestBody) {
  if (!requestBody) return null;
  const body = resolve(document, requestBody);
  const [contentType, { schema }] = Object.entries(body.content)[0];
  const resolved = resolve(document, schema);
  const required = body.required === true || (resolved.required?.length ?? 0) > 0 || resolved.type === 'array';
  const multipart = contentType === 'multipart/form-data';
  if (multipart && resolved.properties?.file?.format !== 'binary')
    throw new Error(`${Object.keys(resolved.properties ?? {})}: a form whose file is not called \`file\``);
  return { schema, required, multipart };
}

/** Schema of the one successful answer that has a body; null if there is none. */
function readResponse(document, raw) {
  const [status] = Object.keys(raw.responses).filter((code) => /^2/.test(code));
  const response = resolve(document, raw.responses[status]);
  return response.content?.['application/json']?.schema ?? null;
}

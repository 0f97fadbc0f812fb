// The generated modules: types of the document, interfaces of the resources, one table for all, one module for each resource.
import { compressibleOrder } from './compressible-order.mjs';
import { clientOperation, groupBy, kebab, pascal, resolve } from './document.mjs';
import { load } from './load.mjs';
import { comment, createTypePrinter, documentation, inputSchema } from './schema-types.mjs';

/**
 * @typedef {import('./document.mjs').OpenApiDocument} OpenApiDocument
 * @typedef {import('./document.mjs').Operation} Operation
 * @typedef {import('./document.mjs').Schema} Schema
 * @typedef {import('./schema-types.mjs').TypePrinter} TypePrinter
 *
 * @typedef {{ parameters: string[], result: string }} Signature
 * @typedef {{ responseType: string, responseDeclaration: string | null, itemType: string | null }} ResponseTypes
 * @typedef {Operation & ResponseTypes & { paramsType: string | null, paramsOptional: boolean }} Typed
 * @typedef {Typed & { signatures: Signature[] }} Described with the names of its types and its call signatures
 */

/** What names of the next version begin with. */
const NEXT = 'Next';

const HEADER = '// Made by scripts/generate.mjs from the OpenAPI document. Do not edit.\n';

const { encodeOperations } = /** @type {typeof import('../../src/api/encoding/encode.js')} */ (
  await load('src/api/encoding/encode.ts')
);

const resourceOf = (/** @type {Operation} */ { resource }) => resource;

/**
 * @param {OpenApiDocument} document
 * @param {import('./document.mjs').Names} names
 * @param {readonly Operation[]} operations
 * @param {{ version: string, operations: readonly Operation[] }} next the same operations as the next version of the API takes them
 * @param {string} packageVersion
 * @returns {Record<string, string>} file name (within src/api/generated) to content
 */
export function emit(document, names, operations, next, packageVersion) {
  const types = createTypePrinter(document, names);
  const described = operations.map((operation) => describe(document, types, operation));
  const typeOf = (/** @type {Operation} */ operation) => types.print(inputSchema(operation), { input: true });
  const changed = next.operations
    .filter((operation, index) => typeOf(operation) !== typeOf(operations[index] ?? operation))
    .map((operation) => describe(document, types, operation, NEXT));
  /** @type {Record<string, string>} */
  const files = {
    'types.ts': emitTypes(types, described, changed),
    'interfaces.ts': `${emitInterfaces(described, changed)}${emitVersions(document.info.version, next.version, changed)}`,
    'table.ts': emitTable(operations),
    'meta.ts': emitMeta(operations, packageVersion, [document.info.version, next.version]),
  };
  for (const [resource, members] of groupBy(described, resourceOf))
    files[`${kebab(resource)}.ts`] = emitResource(members);
  return files;
}

/**
 * Adds the names of an operation's types and its call signatures.
 * @param {OpenApiDocument} document
 * @param {TypePrinter} types
 * @param {Operation} operation
 * @param {string} [prefix] of the name of what it takes
 * @returns {Described}
 */
function describe(document, types, operation, prefix = '') {
  const base = pascal(operation.resource) + pascal(operation.action);
  const paramsType = operation.body || operation.query.length > 0 ? `${prefix}${base}Params` : null;
  const optional = operation.body ? !operation.body.required : !operation.query.some((parameter) => parameter.required);
  const response = responseType(document, types, operation, base);
  const described = { ...operation, paramsType, paramsOptional: optional, ...response };
  return { ...described, signatures: signatures(described) };
}

/**
 * @param {OpenApiDocument} document
 * @param {TypePrinter} types
 * @param {Operation} operation
 * @param {string} base
 * @returns {ResponseTypes}
 */
function responseType(document, types, { response, list }, base) {
  if (response === null) return { responseType: 'void', responseDeclaration: null, itemType: null };
  const isNamed = response.$ref || (response.type === 'array' && response.items?.$ref);
  const type = isNamed ? types.print(response, {}) : `${base}Response`;
  return {
    responseType: type,
    responseDeclaration: isNamed ? null : types.print(response, {}),
    itemType: list && itemType(document, types, response, list, type),
  };
}

/**
 * @param {OpenApiDocument} document
 * @param {TypePrinter} types
 * @param {Schema} response
 * @param {{ shape: string }} list
 * @param {string} type
 */
function itemType(document, types, response, { shape }, type) {
  if (shape !== 'array') {
    const member = `${type}['${shape}']`;
    return resolve(document, response).required?.includes(shape)
      ? `${member}[number]`
      : `NonNullable<${member}>[number]`;
  }
  return response.$ref ? `${type}[number]` : types.print(response.items ?? {}, {});
}

/**
 * The parameter lists of a method with what they give. A list that `paginated` turns into an envelope has two.
 * @param {Typed} operation
 * @returns {Signature[]}
 */
function signatures(operation) {
  const ids = operation.ids.map(({ name }) => `${name}: string`);
  const params = operation.paramsType ? [`params${operation.paramsOptional ? '?' : ''}: ${operation.paramsType}`] : [];
  const result = (/** @type {string} */ page) =>
    operation.list ? `PageRequest<${page}, ${operation.itemType}>` : `Promise<${page}>`;
  const plain = { parameters: [...ids, ...params, 'options?: CallOptions'], result: result(operation.responseType) };
  if (!operation.list?.paginated || operation.list.shape !== 'array') return [plain];
  const envelope = {
    parameters: [...ids, `params: ${operation.paramsType} & { paginated: true }`, 'options?: CallOptions'],
    result: result(`Paginated<${operation.itemType}>`),
  };
  return [envelope, plain];
}

/**
 * @param {TypePrinter} types
 * @param {readonly Described[]} operations
 * @param {readonly Described[]} changed
 */
function emitTypes(types, operations, changed) {
  const inputs = inputComponents(types.components, operations);
  const schemas = Object.entries(types.components).map(([name, schema]) =>
    declare(types.nameOf(name), schema, types.print(schema, { input: inputs.has(name) })),
  );
  const perOperation = operations.flatMap((operation) => [
    ...(operation.paramsType ? [declareParams(types, operation)] : []),
    ...(operation.responseDeclaration
      ? [
          `/** What \`${operation.name}\` gives. */\nexport type ${operation.responseType} = ${operation.responseDeclaration};\n`,
        ]
      : []),
  ]);
  const later = changed.map((operation) => declareParams(types, operation));
  return `${HEADER}import type { JsonObject, Upload } from '../values.js';\n\n${[...schemas, ...perOperation, ...later].join('\n')}`;
}

const declare = (/** @type {string} */ name, /** @type {Schema} */ schema, /** @type {string} */ type) =>
  `${comment(documentation(schema))}export type ${name} = ${type};\n`;

function declareParams(/** @type {TypePrinter} */ types, /** @type {Described} */ operation) {
  const { name, paramsType, body } = operation;
  const type = types.print(inputSchema(operation), { input: true });
  return `/** The ${body ? 'body' : 'query'} of \`${name}\`. */\nexport type ${paramsType} = ${type};\n`;
}

/**
 * Components that only requests use: their types take what a caller may send.
 * @param {Record<string, Schema>} components
 * @param {readonly Described[]} operations
 */
function inputComponents(components, operations) {
  const reach = (/** @type {readonly unknown[]} */ schemas) => {
    /** @type {Set<string>} */
    const found = new Set();
    const visit = (/** @type {unknown} */ node) => {
      if (typeof node !== 'object' || node === null) return;
      const name = '$ref' in node && typeof node.$ref === 'string' ? node.$ref.split('/').at(-1) : null;
      if (name && !found.has(name)) {
        found.add(name);
        visit(components[name]);
      }
      Object.values(node).forEach(visit);
    };
    schemas.forEach(visit);
    return found;
  };
  const answered = reach(operations.map((operation) => operation.response));
  return new Set(
    [...reach(operations.map((operation) => operation.body?.schema))].filter((name) => !answered.has(name)),
  );
}

function operationComment(/** @type {Described} */ operation, /** @type {string} */ indent) {
  const retry = {
    safe: 'Changes nothing: repeated after a failure.',
    idempotent: 'Repeated after a failure: twice is as once.',
    unsafe: 'Not repeated after a failure (only after 429).',
  };
  const lines = [
    operation.summary,
    operation.description && operation.description !== operation.summary && `\n${operation.description.trim()}`,
    `\n\`${operation.method} ${operation.path}\`. ${retry[operation.retry]}`,
    ...operation.ids.map(({ name, description }) =>
      `@param ${name} ${(description ?? '').trim().replaceAll('\n', ' ')}`.trimEnd(),
    ),
    operation.deprecated && '@deprecated',
  ];
  return comment(lines.filter(Boolean).join('\n'), indent);
}

const imports = (/** @type {readonly Described[]} */ operations) => {
  /** @type {Set<string>} */
  const names = new Set();
  for (const { paramsType, responseType, itemType } of operations)
    for (const text of [paramsType, responseType, itemType])
      for (const [word] of (text ?? '').matchAll(/\b[A-Z]\w*/g)) names.add(word);
  for (const builtin of ['NonNullable', 'Promise']) names.delete(builtin);
  return `import type { ${[...names].sort().join(', ')} } from './types.js';\n`;
};

const isPlainPaged = (/** @type {readonly Described[]} */ operations) => operations.some((operation) => operation.list);
const isPaginated = (/** @type {readonly Described[]} */ operations) =>
  operations.some((operation) => operation.signatures.length > 1);
const valueTypes = (/** @type {readonly Described[]} */ operations, /** @type {readonly string[]} */ extra) =>
  [...extra, ...(isPlainPaged(operations) ? ['PageRequest'] : []), ...(isPaginated(operations) ? ['Paginated'] : [])]
    .sort()
    .join(', ');

const ANY_REQUEST = `  /**
   * Any other request, for an operation that the document does not have yet: with the same key, retries, time limits and errors.
   * A failed POST or PATCH is sent again after 429 alone.
   *
   * @param request \`path\` is below the API's address and version: \`/users/user_1/new_thing\`. Encode what is put into it.
   * @returns What the API answers, as it answers it.
   */
  request(request: ApiRequest, options?: CallOptions): Promise<unknown>;
`;

/**
 * @param {readonly Described[]} operations
 * @param {readonly Described[]} changed
 */
function emitInterfaces(operations, changed) {
  const groups = [...groupBy(operations, resourceOf)];
  const interfaces = groups.map(([resource, members]) => {
    const methods = members.flatMap((operation) =>
      operation.signatures.map(
        ({ parameters, result }) =>
          `${operationComment(operation, '  ')}  ${operation.action}(${parameters.join(', ')}): ${result};`,
      ),
    );
    return `export interface ${pascal(resource)}Api {\n${methods.join('\n')}\n}\n`;
  });
  const all = groups.map(([resource]) => `  readonly ${resource}: ${pascal(resource)}Api;`).join('\n');
  return `${HEADER}${imports([...operations, ...changed])}import type { ${valueTypes(operations, ['ApiRequest', 'CallOptions'])} } from '../values.js';\n\n${interfaces.join('\n')}\n/** Every operation of the Backend API, by resource. */\nexport interface BackendApi {\n${all}\n${ANY_REQUEST}}\n`;
}

/**
 * What the next version takes otherwise, and the one type or the other by the version that a client asks for.
 * @param {string} version
 * @param {string} nextVersion
 * @param {readonly Described[]} changed
 */
function emitVersions(version, nextVersion, changed) {
  const groups = [...groupBy(changed, resourceOf)];
  const interfaces = groups.map(([resource, members]) => {
    const names = members.map(({ action }) => `'${action}'`).join(' | ');
    const methods = members.flatMap((operation) =>
      operation.signatures.map(
        ({ parameters, result }) =>
          `${operationComment(operation, '  ')}  ${operation.action}(${parameters.join(', ')}): ${result};`,
      ),
    );
    return `\nexport interface ${NEXT}${pascal(resource)}Api extends Omit<${pascal(resource)}Api, ${names}> {\n${methods.join('\n')}\n}\n`;
  });
  const resources = groups.map(([resource]) => `'${resource}'`).join(' | ');
  const members = groups.map(([resource]) => `  readonly ${resource}: ${NEXT}${pascal(resource)}Api;\n`).join('');
  return `${interfaces.join('')}
/** Every operation, as version ${nextVersion} of the API takes it. */
export interface ${NEXT}BackendApi extends Omit<BackendApi, ${resources}> {
${members}}

/** The versions of the API that a client can ask for. */
export interface BackendApis {
  '${version}': BackendApi;
  '${nextVersion}': ${NEXT}BackendApi;
}
`;
}

/**
 * @param {readonly Operation[]} operations
 * @param {string} packageVersion
 * @param {readonly string[]} versions
 */
function emitMeta(operations, packageVersion, versions) {
  return `${HEADER}export const USER_AGENT = 'bailiff/${packageVersion}';
/** Versions of the API that a client can ask for. */
export const API_VERSIONS: readonly string[] = [${versions.map((version) => `'${version}'`).join(', ')}];
/** Arrays that a query joins with commas. */
export const COMMA_ARRAYS = [${commaArrays(operations)
    .map((name) => `'${name}'`)
    .join()}];
`;
}

/** The runtime knows them by name alone, so no operation may want an array of that name in another way. */
function commaArrays(/** @type {readonly Operation[]} */ operations) {
  const parameters = operations.flatMap(({ query }) => query);
  const joined = parameters.filter(({ explode }) => explode === false).map(({ name }) => name);
  const other = parameters.find(
    ({ name, explode, schema }) => joined.includes(name) && explode !== false && schema.type === 'array',
  );
  if (other) throw new Error(`${other.name} is joined with commas in one query and repeated in another`);
  return [...new Set(joined)];
}

function emitTable(/** @type {readonly Operation[]} */ operations) {
  const { kinds, scopes } = encodeOperations(operations.map(clientOperation));
  const table = compressibleOrder(scopes);
  const rows = Object.entries(kinds).map(([letter, kind]) => `  ${letter}: ${literal(kind)},\n`);
  return `${HEADER}// src/api/encoding/decode.ts explains it.
import type { Kinds } from '../encoding/decode.js';

export const KINDS: Kinds = {
${rows.join('')}};

/** All operations: parted by commas, a scope and its rows. */
export const TABLE =
  '${table.join(",' +\n  '")}';
`;
}

/** The functions that make operations, and their modules: a resource without lists or uploads does not carry those. */
const MAKERS = { operation: '../call.js', pagedOperation: '../pages.js', uploadOperation: '../forms.js' };
/** @returns {keyof typeof MAKERS} */
const makerOf = (/** @type {Operation} */ { list, body }) =>
  list ? 'pagedOperation' : body?.multipart ? 'uploadOperation' : 'operation';

function emitResource(/** @type {readonly Described[]} */ operations) {
  const constants = operations.map((operation) => {
    const local = operation.action === 'delete' ? 'delete_' : operation.action;
    const code = `/* @__PURE__ */ ${makerOf(operation)}(${literal(clientOperation(operation))})`;
    return `${operationComment(operation, '')}${local === operation.action ? 'export ' : ''}const ${local}: ${constantType(operation)} = ${code};\n`;
  });
  const used = new Set(operations.map(makerOf));
  const makers = /** @type {(keyof typeof MAKERS)[]} */ (Object.keys(MAKERS)).filter((maker) => used.has(maker));
  const makerImports = makers.map((maker) => `import { ${maker} } from '${MAKERS[maker]}';\n`).join('');
  const hasDelete = operations.some((operation) => operation.action === 'delete');
  return `${HEADER}${makerImports}${imports(operations)}import type { ${valueTypes(operations, ['BackendClient', 'CallOptions'])} } from '../values.js';\n\n${constants.join('\n')}${hasDelete ? '\nexport { delete_ as delete };\n' : ''}`;
}

/** `{ name: 'users.get', method: 'GET', … }`, without what is absent. */
const literal = (/** @type {object} */ operation) =>
  JSON.stringify(operation)
    .replaceAll(/"(\w+)":/g, ' $1: ')
    .replaceAll('"', "'")
    .replace(/}$/, ' }');

function constantType(/** @type {Described} */ { signatures }) {
  const types = signatures.map(({ parameters, result }) => ({
    parameters: `(${['client: BackendClient', ...parameters].join(', ')})`,
    result,
  }));
  const [only, other] = types;
  return only !== undefined && other === undefined
    ? `${only.parameters} => ${only.result}`
    : `{ ${types.map(({ parameters, result }) => `${parameters}: ${result}`).join('; ')} }`;
}

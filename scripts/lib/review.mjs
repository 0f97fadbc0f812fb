// What is committed so that a change of the API shows in review: the surface, the table of operations in the docs, and the version
// that every request asks with.
import { createTypePrinter, inputSchema } from './schema-types.mjs';
import { groupBy, kebab } from './document.mjs';

/**
 * @typedef {import('./document.mjs').OpenApiDocument} OpenApiDocument
 * @typedef {import('./document.mjs').Operation} Operation
 * @typedef {import('./document.mjs').Schema} Schema
 * @typedef {import('./schema-types.mjs').TypePrinter} TypePrinter
 */

/**
 * @param {OpenApiDocument} document
 * @param {import('./document.mjs').Names} names
 * @param {readonly Operation[]} operations
 * @returns {Record<string, string>} path (from the root) to content
 */
export function emitReview(document, names, operations) {
  const types = createTypePrinter(document, names);
  return {
    'spec/surface.txt': surface(document, types, operations),
    'docs/api/operations.md': operationsPage(document, operations),
    'src/ground/api-version.ts': apiVersion(document),
  };
}

const apiVersion = (
  /** @type {OpenApiDocument} */ { info },
) => `// Made by scripts/generate.mjs --committed from the OpenAPI document. Do not edit.
/**
 * The dated version of Clerk's API that this package is written for. Every call of the Backend API names it, and every handshake:
 * two versions would be two shapes of the same session.
 */
export const API_VERSION_DATE = '${info.version}';
`;

const call = (/** @type {Operation} */ operation) => `api.${operation.name}(${argumentsOf(operation).join(', ')})`;

function argumentsOf(/** @type {Operation} */ { ids, query, body }) {
  const names = ids.map(({ name }) => name);
  if (body) return [...names, `body${body.required ? '' : '?'}`];
  if (query.length > 0) return [...names, `query${query.some((parameter) => parameter.required) ? '' : '?'}`];
  return names;
}

/**
 * All that callers depend on, without prose: one line for the version, then one for each operation and for each named type.
 * @param {OpenApiDocument} document
 * @param {TypePrinter} types
 * @param {readonly Operation[]} operations
 */
function surface({ info }, types, operations) {
  const named = Object.entries(types.components).map(
    ([name, schema]) => `type ${types.nameOf(name)} = ${typeOf(types, schema)}`,
  );
  return [
    `version ${info.version}, ${operations.length} operations`,
    ...operations.map((operation) => surfaceLine(types, operation)),
    ...named,
    '',
  ].join('\n');
}

/** `METHOD path -> api.resource.method(id, query?: { … }): Response (retry class, what else is to know)` */
function surfaceLine(/** @type {TypePrinter} */ types, /** @type {Operation} */ operation) {
  const { method, path, response, list, retry, deprecated } = operation;
  const input = inputSchema(operation);
  const parameters = argumentsOf(operation).map((name) =>
    /^(query|body)\b/.test(name) ? `${name}: ${typeOf(types, input)}` : name,
  );
  const answer = response ? typeOf(types, response) : 'void';
  const notes = [retry, list && `list of ${list.shape}, at most ${list.maximum}`, deprecated && 'deprecated'];
  return `${method} ${path} -> api.${operation.name}(${parameters.join(', ')}): ${answer} (${notes.filter(Boolean).join(', ')})`;
}

/** In one line, without comments. */
const typeOf = (/** @type {TypePrinter} */ types, /** @type {Schema} */ schema) =>
  types
    .print(schema, {})
    .replaceAll(/\/\*\*[^]*?\*\//g, '')
    .replaceAll(/;?\s*\n\s*}/g, ' }')
    .replaceAll(/\s+/g, ' ');

/**
 * @param {OpenApiDocument} document
 * @param {readonly Operation[]} operations
 */
function operationsPage({ info }, operations) {
  const sections = [...groupBy(operations, ({ resource }) => resource)]
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([resource, members]) => {
      const rows = members.map((operation) => {
        const notes = [
          operation.list && 'iterates',
          operation.retry === 'unsafe' && 'not repeated',
          operation.deprecated && 'deprecated',
        ]
          .filter(Boolean)
          .join(', ');
        return `| \`${call(operation)}\` | \`${operation.method} ${operation.path}\` | ${operation.summary.trim().replaceAll('|', '\\|').replaceAll('\n', ' ')} | ${notes} |`;
      });
      return `## ${resource}\n\n\`import * as ${resource} from 'bailiff/api/${kebab(resource)}'\`\n\n| call | request | what it does | notes |\n|---|---|---|---|\n${rows.join('\n')}\n`;
    });
  return `# All operations\n\n<!-- Made by scripts/generate.mjs --committed. Do not edit. -->\n\nThe ${operations.length} operations of Clerk's Backend API, version ${info.version}, with their methods. Every method takes call options last\n(\`{ signal, timeoutMs, retries, … }\`, see [the overview](README.md)). _iterates_: \`for await\` walks all pages.\n_not repeated_: a failed call is not sent again on its own, except after a 429.\n\n<!-- prettier-ignore-start -->

${sections.join('\n')}
<!-- prettier-ignore-end -->
`;
}

// What is committed so that a change of the API shows in review: the surface, one line an operation, the table in the docs, and the
// version that every request asks with.
import { createTypePrinter } from './schema-types.mjs';
import { groupBy, kebab } from './document.mjs';

/** @returns path (from the root) to content */
export function emitReview(document, names, operations) {
  const types = createTypePrinter(document, names);
  return {
    'spec/surface.txt': operations.map((operation) => surfaceLine(types, operation)).join('\n') + '\n',
    'docs/api/operations.md': operationsPage(operations),
    'src/shared/api-version.ts': apiVersion(document),
  };
}

const apiVersion = ({ info }) => `// Made by scripts/generate.mjs --committed from the OpenAPI document. Do not edit.
/**
 * The dated version of Clerk's API that this package is written for. Every call of the Backend API names it, and every handshake:
 * two versions would be two shapes of the same session.
 */
export const API_VERSION_DATE = '${info.version}';
`;

const call = (operation) => `api.${operation.name}(${argumentsOf(operation).join(', ')})`;

function argumentsOf({ ids, query, body }) {
  const names = ids.map(({ name }) => name);
  if (body) return [...names, `body${body.required ? '' : '?'}`];
  if (query.length > 0) return [...names, `query${query.some((parameter) => parameter.required) ? '' : '?'}`];
  return names;
}

/** `METHOD path -> api.resource.method(ids, query) response`, then the query's or body's names (`!` marks the required ones). */
function surfaceLine(types, operation) {
  const { method, path, list, retry } = operation;
  const notes = [retry, list && `list of ${list.shape}, at most ${list.maximum}`, operation.deprecated && 'deprecated']
    .filter(Boolean)
    .join(', ');
  return `${method} ${path} -> ${call(operation)} ${responseName(types, operation)} {${memberNames(types, operation).join(' ')}} (${notes})`;
}

function responseName(types, { response }) {
  if (!response) return 'void';
  if (response.$ref || response.items?.$ref) return types.print(response, {});
  return (
    '{' +
    Object.keys(response.properties ?? response.anyOf ?? response.allOf ?? response.items?.properties ?? {}).join(' ') +
    '}'
  );
}

function memberNames(types, { query, body }) {
  if (!body) return query.map((parameter) => parameter.name + (parameter.required ? '!' : ''));
  const schema = followed(types, body.schema);
  const object = schema.type === 'array' ? followed(types, schema.items) : schema;
  return Object.keys(object.properties ?? {}).map((name) => name + (object.required?.includes(name) ? '!' : ''));
}
const followed = (types, schema) => (schema.$ref ? types.components[schema.$ref.split('/').at(-1)] : schema);

function operationsPage(operations) {
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
      return `## ${resource}\n\n\`import * as ${resource} from 'bailiff/api/${kebab(resource)}'\`\n\n| call | request | | |\n|---|---|---|---|\n${rows.join('\n')}\n`;
    });
  return `# All operations\n\n<!-- Made by scripts/generate.mjs --committed. Do not edit. -->\n\nThe ${operations.length} operations of Clerk's Backend API with their methods. Every method takes call options last\n(\`{ signal, timeoutMs, retries, … }\`, see [the overview](README.md)). _iterates_: \`for await\` walks all pages.\n_not repeated_: a failed call is not sent again on its own, except after a 429.\n\n<!-- prettier-ignore-start -->

${sections.join('\n')}
<!-- prettier-ignore-end -->
`;
}

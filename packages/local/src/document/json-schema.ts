/** From the document's dialect (OpenAPI 3.0.3) to JSON Schema, which ajv reads. */
import type { Schema } from './specification.js';

/** Words that say nothing about validity, or say it in OpenAPI's way. */
const DROPPED = new Set([
  'nullable',
  'example',
  'description',
  'deprecated',
  'discriminator',
  'title',
  'default',
  'externalDocs',
]);
/** Formats that ajv would not know, and that say no more than the type does. */
const CHECKED_FORMATS = new Set(['email', 'date', 'date-time', 'uri']);
/** Where keys are names that somebody chose, not words of the schema language. */
const MAPS = new Set(['properties', 'patternProperties']);

/** The identifier under which the document's components are known to ajv. */
export const DOCUMENT_ID = 'document';

/**
 * Every `nullable` becomes "or null", also beside `oneOf` and `allOf` and without a `type`, where a strict reading of 3.0.3 would
 * ignore it: Clerk does answer null there.
 */
export function toJsonSchema(schema: Schema): Schema {
  if (typeof schema['$ref'] === 'string') return { $ref: `${DOCUMENT_ID}${schema['$ref']}` };
  const out: Record<string, unknown> = {};
  for (const [word, value] of Object.entries(schema)) {
    if (DROPPED.has(word) || word.startsWith('x-')) continue;
    if (word === 'format' && !CHECKED_FORMATS.has(value as string)) continue;
    if (word === 'pattern') out[word] = anyLength(value as string);
    else if (MAPS.has(word)) out[word] = mapValues(value as Schema);
    else if (word === 'exclusiveMinimum' && value === true) out['exclusiveMinimum'] = schema['minimum'];
    else if (word === 'exclusiveMaximum' && value === true) out['exclusiveMaximum'] = schema['maximum'];
    else if (word === 'enum' || word === 'required') out[word] = value;
    else if (Array.isArray(value)) out[word] = value.map((item) => toJsonSchema(item as Schema));
    else if (typeof value === 'object' && value !== null) out[word] = toJsonSchema(value as Schema);
    else out[word] = value;
  }
  if (schema['exclusiveMinimum'] === true) delete out['minimum'];
  if (schema['exclusiveMaximum'] === true) delete out['maximum'];
  return schema['nullable'] === true ? orNull(out) : out;
}

/** Ids that a seed chose (`user_ada`) are as good as those that the instance made, which have 27 characters. */
const anyLength = (pattern: string): string => pattern.replace(/\\w\{27\}\$$/, '\\w+$');

function orNull(schema: Record<string, unknown>): Schema {
  const type = schema['type'];
  if (typeof type !== 'string' || schema['oneOf'] || schema['anyOf'] || schema['allOf']) {
    return { anyOf: [schema, { type: 'null' }] };
  }
  const values = schema['enum'] as readonly unknown[] | undefined;
  return { ...schema, type: [type, 'null'], ...(values ? { enum: [...new Set([...values, null])] } : {}) };
}

function mapValues(schemas: Schema): Schema {
  return Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, toJsonSchema(schema as Schema)]));
}

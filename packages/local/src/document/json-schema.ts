/** From the document's dialect (OpenAPI 3.0.3) to JSON Schema, which ajv reads. */
import { isRecord } from '../../../../src/ground/is-record.js';
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
export function toJsonSchema(schema: Schema): Record<string, unknown> {
  if (schema.$ref !== undefined) return { $ref: `${DOCUMENT_ID}${schema.$ref}` };
  const out: Record<string, unknown> = {};
  for (const [word, value] of Object.entries(schema)) {
    if (DROPPED.has(word) || word.startsWith('x-')) continue;
    if (word === 'format' && !CHECKED_FORMATS.has(String(value))) continue;
    if (word === 'pattern') out[word] = anyLength(String(value));
    else if (MAPS.has(word)) out[word] = mapped(value);
    else if (word === 'exclusiveMinimum' && value === true) out['exclusiveMinimum'] = schema['minimum'];
    else if (word === 'exclusiveMaximum' && value === true) out['exclusiveMaximum'] = schema['maximum'];
    else if (word === 'enum' || word === 'required') out[word] = value;
    else if (Array.isArray(value)) out[word] = value.map(convert);
    else out[word] = convert(value);
  }
  if (schema['exclusiveMinimum'] === true) delete out['minimum'];
  if (schema['exclusiveMaximum'] === true) delete out['maximum'];
  return schema.nullable === true ? orNull(out) : out;
}

/** Ids that a seed chose (`user_ada`) are as good as those that the instance made, which have 27 characters. */
const anyLength = (pattern: string): string => pattern.replace(/\\w\{27\}\$$/, '\\w+$');

function orNull(schema: Schema): Record<string, unknown> {
  const { type } = schema;
  if (type === undefined || schema.oneOf || schema.anyOf || schema.allOf) {
    return { anyOf: [schema, { type: 'null' }] };
  }
  const { enum: values } = schema;
  return { ...schema, type: [type, 'null'], ...(values ? { enum: [...new Set([...values, null])] } : {}) };
}

/** A schema within a schema; anything else stays as it is. */
const convert = (value: unknown): unknown => (isRecord(value) ? toJsonSchema(value) : value);

const mapped = (schemas: unknown): unknown =>
  isRecord(schemas)
    ? Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, convert(schema)]))
    : schemas;

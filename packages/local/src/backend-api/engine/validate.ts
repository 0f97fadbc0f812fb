/** Validates values by the document's schemas. Errors have Clerk's codes. */
import { createRequire } from 'node:module';
import type { Ajv as AjvType, ErrorObject, Options, ValidateFunction } from 'ajv';
import { DOCUMENT_ID, toJsonSchema } from '../../document/json-schema.js';
import type { ApiError } from '../../model/records/api-error.js';
import type { RefusalCode } from '../../model/records/refusal-table.js';
import { refusal } from '../../model/records/refusals.js';
import { specification } from '../../document/specification.js';
import type { Schema } from '../../document/specification.js';

export type Check = (value: unknown, status: number) => void;

let ajv: AjvType | undefined;

// Loaded when the first request needs it: a process that only starts an instance does not pay for a schema compiler.
function compiler(): AjvType {
  if (ajv) return ajv;
  const require = createRequire(import.meta.url);
  const { Ajv } = require('ajv') as { Ajv: new (options: Options) => AjvType };
  const { default: addFormats } = require('ajv-formats') as { default: (ajv: AjvType) => unknown };
  ajv = new Ajv({ strict: false, allowUnionTypes: true });
  addFormats(ajv);
  const schemas = specification().components['schemas'] ?? {};
  const converted = Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, toJsonSchema(schema)]));
  ajv.addSchema({ $id: DOCUMENT_ID, components: { schemas: converted } });
  return ajv;
}

/** A check that throws ApiError with the given status; compiled when first used. */
export function compileCheck(schema: Schema): Check {
  let validate: ValidateFunction | undefined;
  return (value, status) => {
    validate ??= compiler().compile(toJsonSchema(schema));
    const error = validate(value) ? undefined : validate.errors?.[0];
    if (error) throw invalid(error, status);
  };
}

/** ajv's keyword to Clerk's code. Anything else is `form_param_value_invalid`. */
const CODES: Readonly<Record<string, RefusalCode>> = {
  required: 'form_param_missing',
  additionalProperties: 'form_param_unknown',
  type: 'form_param_type_invalid',
  format: 'form_param_format_invalid',
  pattern: 'form_param_format_invalid',
  minLength: 'form_param_min_length_exceeded',
  maxLength: 'form_param_max_length_exceeded',
  maxItems: 'form_param_array_size_exceeded',
};

function invalid(error: ErrorObject, status: number): ApiError {
  // A body that is a list is a call for many things at once.
  if (error.keyword === 'maxItems' && error.instancePath === '') return refusal('bulk_size_exceeded', bulk(error));
  const code = CODES[error.keyword] ?? 'form_param_value_invalid';
  const parameters = error.params as Readonly<Record<string, unknown>>;
  const inner = parameters['missingProperty'] ?? parameters['additionalProperty'];
  const path = error.instancePath.split('/').slice(1);
  const paramName = [...path, ...(typeof inner === 'string' ? [inner] : [])].join('.') || 'body';
  const detail =
    error.keyword === 'enum'
      ? `must be one of ${JSON.stringify(parameters['allowedValues'])}`
      : (error.message ?? 'is invalid');
  const { message } = refusal(code);
  return refusal(code, inner === undefined ? `${paramName} ${detail}.` : `${paramName} ${message}.`, {
    paramName,
    second: status === 400,
  });
}

const bulk = ({ params }: ErrorObject): string => `One request takes at most ${String(params['limit'])}.`;

/** Query and body of a request, typed and checked after the document. */
import { isRecord } from '../../../../../src/ground/is-record.js';
import type { LocalRequest } from '../../http/messages.js';
import type { BackendRoute } from './backend-route.js';
import type { ApiError } from '../../model/records/api-error.js';
import { refusal } from '../../model/records/refusals.js';
import { isJson, readJson, readMultipart, type UploadedFile } from '../../http/read-body.js';
import type { OperationCall } from './operation.js';
import type { Operation, QueryParameter, Schema } from '../../document/specification.js';
import { compileCheck, type Check } from './validate.js';

/** What a request carries, ready for a handler. */
export type RequestInput = Pick<OperationCall, 'query' | 'body'> & {
  readonly files?: Readonly<Record<string, UploadedFile>>;
};

/** @throws ApiError 400, 415 or 422. A promise for multipart bodies alone. */
export function readRequest(
  route: BackendRoute,
  params: Readonly<Record<string, string>>,
  request: LocalRequest,
): RequestInput | Promise<RequestInput> {
  const operation = route.operation;
  if (!operation) return { query: Object.fromEntries(request.query), body: objectOrNothing(parseJson(request)) };
  const checks = checksOf(operation);
  checks.params?.(params, operation.invalidStatus);
  const query = operation.query.length === 0 ? {} : readQuery(operation.query, request.query);
  if (operation.query.length > 0 && (request.query.size > 0 || checks.queryRequired)) {
    checks.query?.(query, operation.invalidStatus);
  }
  if (!operation.body) return { query, body: undefined };
  if (operation.body.contentType === 'multipart/form-data') {
    return readMultipart(request).then(
      ({ body, files }) => ({ query, body, files }),
      () => Promise.reject(invalidBody('The request body is not valid multipart/form-data.', 'file')),
    );
  }
  return { query, body: readJsonBody(operation, operation.body, checks, request) };
}

interface Checks {
  readonly params: Check | null;
  readonly query: Check | null;
  readonly queryRequired: boolean;
  readonly body: Check | null;
  readonly bodyDefaults: Readonly<Record<string, unknown>> | null;
}

// Operations are constants of the process (see specification.ts), and so is what is compiled from them.
const compiled = new WeakMap<Operation, Checks>();

function checksOf(operation: Operation): Checks {
  let checks = compiled.get(operation);
  if (checks) return checks;
  const constrained = Object.values(operation.pathParameters).some((schema) => schema.pattern ?? schema.enum);
  checks = {
    params: constrained ? compileCheck({ type: 'object', properties: operation.pathParameters }) : null,
    query: operation.query.length > 0 ? compileCheck(querySchema(operation.query)) : null,
    queryRequired: operation.query.some((parameter) => parameter.required),
    body: operation.body ? compileCheck(operation.body.schema) : null,
    bodyDefaults: operation.method === 'POST' && operation.body ? defaultsOf(operation.body.schema) : null,
  };
  compiled.set(operation, checks);
  return checks;
}

function querySchema(parameters: readonly QueryParameter[]): Schema {
  return {
    type: 'object',
    properties: Object.fromEntries(parameters.map((parameter) => [parameter.name, parameter.schema])),
    required: parameters.filter((parameter) => parameter.required).map((parameter) => parameter.name),
  };
}

/** Values that cannot be read as their type stay text, so that the check tells which one it is. Unknown names are ignored. */
function readQuery(parameters: readonly QueryParameter[], query: URLSearchParams): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  for (const { name, schema, commaSeparated } of parameters) {
    if (schema.type === 'array') {
      // `name[]=a` is how some clients repeat a key.
      const values = [...query.getAll(name), ...query.getAll(`${name}[]`)];
      const list = commaSeparated ? values.flatMap((value) => value.split(',')) : values;
      if (list.length > 0) out[name] = list;
      continue;
    }
    const text = query.get(name);
    if (text !== null) out[name] = readScalar(schema.type, text);
    else if (schema.default !== undefined) out[name] = schema.default;
  }
  return out;
}

function readScalar(type: unknown, text: string): unknown {
  if (type === 'integer' || type === 'number') return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
  if (type === 'boolean') return text === 'true' ? true : text === 'false' ? false : text;
  return text;
}

function readJsonBody(
  operation: Operation,
  expected: NonNullable<Operation['body']>,
  checks: Checks,
  request: LocalRequest,
): OperationCall['body'] {
  const body = parseJson(request);
  if (body === undefined && !expected.required) return undefined;
  // A required body without required members may be left out: clients send nothing for "no changes".
  const value: unknown = body === undefined ? {} : body;
  checks.body?.(value, operation.invalidStatus);
  if (Array.isArray(value)) return value as readonly unknown[];
  return { ...checks.bodyDefaults, ...(isRecord(value) ? value : {}) };
}

/** Only creations take defaults: in an update, what is absent stays as it is. */
function defaultsOf(schema: Schema): Readonly<Record<string, unknown>> | null {
  const properties = Object.entries(schema.properties ?? {});
  const defaults = properties.filter(([, property]) => property.default !== undefined);
  return defaults.length > 0 ? Object.fromEntries(defaults.map(([name, property]) => [name, property.default])) : null;
}

/** Undefined for an empty body: clients send the JSON content type without one. */
function parseJson(request: LocalRequest): unknown {
  if (request.body.byteLength === 0) return undefined;
  if (!isJson(request)) {
    throw refusal('unsupported_content_type', 'Use application/json.', { paramName: 'content-type' });
  }
  try {
    return readJson(request);
  } catch {
    throw invalidBody('The request body is not valid JSON.', 'body');
  }
}

const invalidBody = (longMessage: string, paramName: string): ApiError =>
  refusal('request_body_invalid', longMessage, { paramName });

function objectOrNothing(value: unknown): OperationCall['body'] {
  return isRecord(value) || Array.isArray(value) ? value : undefined;
}

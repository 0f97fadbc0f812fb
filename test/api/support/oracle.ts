/** Says what is wrong with a request, by the document alone and by what the caller asked for. */
import { Ajv, type ValidateFunction } from 'ajv';
import addFormatsModule from 'ajv-formats';
import { isDeepStrictEqual } from 'node:util';
import { document, follow, operations, type DocumentOperation, type Schema } from './document.js';
import type { RecordedRequest } from './recording-server.js';
import type { SampledArguments } from './sample.js';

export interface Keys {
  readonly secret: string;
  readonly machine: string;
}

const ajv = new Ajv({ strict: false, validateFormats: false, coerceTypes: false });
(addFormatsModule as unknown as (ajv: Ajv) => void)(ajv);
ajv.addSchema({ $id: 'document', components: toJsonSchema(document['components']) as object });

/** OpenAPI 3.0 to JSON Schema: `nullable` and boolean exclusive bounds, references into the registered document. */
function toJsonSchema(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(toJsonSchema);
  if (typeof node !== 'object' || node === null) return node;
  const { nullable, discriminator: _, exclusiveMinimum, ...rest } = node as Record<string, unknown>;
  const converted = Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, toJsonSchema(value)]));
  if (typeof converted['$ref'] === 'string') converted['$ref'] = converted['$ref'].replace('#/', 'document#/');
  if (exclusiveMinimum === true) converted['exclusiveMinimum'] = converted['minimum'];
  return nullable === true ? { anyOf: [converted, { type: 'null' }] } : converted;
}

const compiled = new Map<string, ValidateFunction>();
function check(key: string, schema: () => object, value: unknown): string[] {
  const validate = compiled.get(key) ?? ajv.compile(schema());
  compiled.set(key, validate);
  return validate(value) ? [] : [`${key}: ${ajv.errorsText(validate.errors)}`];
}

/** The operation that the document has at this method and path, fixed segments before variable ones. */
function route(method: string, path: string): DocumentOperation | undefined {
  const segments = path.split('/');
  const fits = operations.filter((operation) => {
    const template = operation.path.split('/');
    const same = (part: string, index: number) => part.startsWith('{') || part === segments[index];
    return operation.method === method && template.length === segments.length && template.every(same);
  });
  return fits.sort((a, b) => a.pathParameters.length - b.pathParameters.length)[0];
}

/** @returns what is wrong; empty when the request is what the document and the arguments ask for */
export async function judge(
  request: RecordedRequest,
  expected: DocumentOperation,
  { ids, object }: SampledArguments,
  keys: Keys,
): Promise<string[]> {
  const url = new URL(request.target, 'http://api.test');
  const unversioned = /^\/(api_keys|m2m_tokens|oauth_applications\/access_tokens)/.test(expected.path);
  const versioned = url.pathname.startsWith('/v1/');
  const path = versioned ? url.pathname.slice(3) : url.pathname;
  const operation = route(request.method, path);
  if (operation !== expected) return [`${request.method} ${path} is not ${expected.id}`];
  const sentIds = expected.path
    .split('/')
    .flatMap((part, index) => (part.startsWith('{') ? [decodeURIComponent(path.split('/')[index]!)] : []));
  return [
    ...(versioned === unversioned ? [`version in the path: ${versioned}`] : []),
    ...(isDeepStrictEqual(sentIds, [...ids]) ? [] : [`ids: ${sentIds.join()}`]),
    ...judgeHeaders(request, expected, keys),
    ...judgeQuery(url.searchParams, expected, expected.body ? undefined : object),
    ...(await judgeBody(request, expected, expected.body ? object : undefined)),
  ];
}

function judgeHeaders({ headers }: RecordedRequest, operation: DocumentOperation, keys: Keys): string[] {
  const key = operation.path.startsWith('/m2m_tokens') ? keys.machine : keys.secret;
  const authorization = operation.anonymous ? undefined : `Bearer ${key}`;
  return [
    ...(headers.authorization === authorization ? [] : ['authorization']),
    ...(headers['clerk-api-version'] === (document['info'] as { version: string }).version
      ? []
      : ['clerk-api-version']),
    ...(/^bailiff\/\d+\.\d+\.\d+/.test(headers['user-agent'] ?? '') ? [] : ['user-agent']),
  ];
}

function judgeQuery(search: URLSearchParams, operation: DocumentOperation, sent: unknown): string[] {
  const values: Record<string, unknown> = {};
  for (const name of new Set(search.keys())) {
    const parameter = operation.query.find((p) => p.name === name);
    if (!parameter) return [`the query ${name} is unknown`];
    const texts = search.getAll(name);
    if (parameter.schema.type !== 'array' && texts.length > 1) return [`the query ${name} is repeated`];
    values[name] =
      parameter.schema.type === 'array'
        ? (parameter.explode === false ? texts[0]!.split(',') : texts).map((text) =>
            typed(parameter.schema.items!, text),
          )
        : typed(parameter.schema, texts[0]!);
  }
  const schema = () => ({
    type: 'object',
    properties: Object.fromEntries(operation.query.map((p) => [p.name, toJsonSchema(p.schema)])),
    required: operation.query.filter((p) => p.required).map((p) => p.name),
    additionalProperties: false,
  });
  const problems = check(`${operation.id} query`, schema, values);
  return isDeepStrictEqual(values, { ...(sent as object) })
    ? problems
    : [...problems, 'the query is not what was asked'];
}

/** A query's text as the type that its schema wants; text that is no such value stays text, and ajv refuses it. */
function typed(schema: Schema, text: string): unknown {
  if (/integer|number/.test(schema.type ?? '') && /^-?\d+(\.\d+)?$/.test(text)) return Number(text);
  if (schema.type === 'boolean' && /^(true|false)$/.test(text)) return text === 'true';
  return text;
}

async function judgeBody(request: RecordedRequest, operation: DocumentOperation, sent: unknown): Promise<string[]> {
  const { body } = operation;
  const type = request.headers['content-type'];
  if (!body) return request.body.length === 0 && type === undefined ? [] : ['a body that the document does not know'];
  if (request.body.length === 0) return sent === undefined ? [] : ['no body'];
  if (!type?.startsWith(body.contentType)) return [`content type ${type}`];
  if (body.contentType === 'multipart/form-data') return judgeForm(request, type, follow(body.schema), sent);
  const value = JSON.parse(request.body.toString()) as unknown;
  const problems = check(`${operation.id} body`, () => toJsonSchema(body.schema) as object, value);
  const schema = follow(body.schema);
  const known = Object.keys((schema.type === 'array' ? follow(schema.items!) : schema).properties ?? {});
  const unknown = [value]
    .flat()
    .flatMap((member) => Object.keys(member as object).filter((key) => !known.includes(key)));
  return [
    ...problems,
    ...unknown.map((key) => `the field ${key} is unknown`),
    ...(isDeepStrictEqual(value, sent) ? [] : ['the body is not what was asked']),
  ];
}

async function judgeForm(request: RecordedRequest, type: string, schema: Schema, sent: unknown): Promise<string[]> {
  const form = await new Response(new Uint8Array(request.body), { headers: { 'content-type': type } }).formData();
  const asText = async (value: unknown) => (value instanceof Blob ? `${value.type} ${await value.text()}` : value);
  const problems: string[] = [];
  for (const [name, value] of Object.entries(sent as object))
    if ((await asText(form.get(name))) !== (await asText(value))) problems.push(`the part ${name} differs`);
  for (const name of form.keys()) if (!(name in schema.properties!)) problems.push(`the part ${name} is unknown`);
  return [...problems, ...(schema.required ?? []).filter((name) => !form.has(name)).map((name) => `no part ${name}`)];
}

/**
 * The OpenAPI document as the engine reads it: every operation with its path, parameters, body and answer schemas.
 * Read once for the process, on the first request: it is a constant, shared by all instances, and costs no start time.
 */
import { readDocumentFile } from './document-file.js';

export type Schema = Readonly<Record<string, unknown>>;

export interface QueryParameter {
  readonly name: string;
  readonly required: boolean;
  readonly schema: Schema;
  /** `a,b` in one value instead of a repeated key. */
  readonly commaSeparated: boolean;
}

export interface Operation {
  readonly id: string;
  readonly method: string;
  /** As in the document, without `/v1`: `/users/{user_id}`. */
  readonly path: string;
  readonly pathParameters: Readonly<Record<string, Schema>>;
  readonly query: readonly QueryParameter[];
  readonly body: { readonly contentType: string; readonly required: boolean; readonly schema: Schema } | null;
  readonly authenticated: boolean;
  /** What a request that does not fit is answered with: 422, but 400 by the service of machines' credentials, which declares no other. */
  readonly invalidStatus: 400 | 422;
  readonly success: { readonly status: number; readonly schema: Schema | null };
}

export interface Specification {
  readonly operations: readonly Operation[];
  /** `components` of the document, untouched. */
  readonly components: Readonly<Record<string, Readonly<Record<string, Schema>>>>;
  /** Follows `$ref` once. */
  readonly resolve: (schema: Schema) => Schema;
}

const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const;

const DOCUMENT = 'spec/merged.json';

let loaded: Specification | undefined;

/** The pinned document, parsed on first use. */
export function specification(): Specification {
  return (loaded ??= read(readDocumentFile(DOCUMENT) as Document));
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Schema>>>>;
  readonly components: Specification['components'];
}

function read(document: Document): Specification {
  const resolve = (schema: Schema): Schema => {
    const ref = schema['$ref'];
    if (typeof ref !== 'string') return schema;
    const [, , section = '', name = ''] = ref.split('/');
    const target = document.components[section]?.[name];
    if (!target) throw new Error(`The document has no ${ref}`);
    return resolve(target);
  };
  const operations = Object.entries(document.paths).flatMap(([path, item]) =>
    METHODS.flatMap((method) => (item[method] ? [readOperation(method, path, item[method], resolve)] : [])),
  );
  return { operations, components: document.components, resolve };
}

type Resolve = Specification['resolve'];

/** API keys, M2M tokens and OAuth access tokens. */
const CREDENTIALS = /^\/(api_keys|m2m_tokens|oauth_applications\/access_tokens)\b/;

function readOperation(method: string, path: string, raw: Schema, resolve: Resolve): Operation {
  const parameters = ((raw['parameters'] ?? []) as Schema[]).map(resolve);
  const security = raw['security'] as readonly unknown[] | undefined;
  return {
    id: raw['operationId'] as string,
    method: method.toUpperCase(),
    path,
    pathParameters: Object.fromEntries(
      parameters.filter((p) => p['in'] === 'path').map((p) => [p['name'] as string, p['schema'] as Schema]),
    ),
    query: parameters
      .filter((p) => p['in'] === 'query')
      .map((p) => ({
        name: p['name'] as string,
        required: p['required'] === true,
        schema: resolve(p['schema'] as Schema),
        commaSeparated: p['explode'] === false,
      })),
    body: readBody(raw, resolve),
    authenticated: security?.length !== 0,
    invalidStatus: CREDENTIALS.test(path) && !('422' in (raw['responses'] as Schema)) ? 400 : 422,
    success: readSuccess(raw['responses'] as Readonly<Record<string, Schema>>, resolve),
  };
}

function readBody(raw: Schema, resolve: Resolve): Operation['body'] {
  if (!raw['requestBody']) return null;
  const body = resolve(raw['requestBody'] as Schema);
  const [contentType, media] = Object.entries(body['content'] as Readonly<Record<string, Schema>>)[0] ?? [];
  if (contentType === undefined || media === undefined) return null;
  const schema = media['schema'] as Schema;
  // 24 bodies are marked optional and yet have required members: those members are required all the same.
  // So is a list: an operation on many things without any thing means nothing.
  const { required: members, type } = resolve(schema);
  const required = body['required'] === true || Array.isArray(members) || type === 'array';
  return { contentType, required, schema };
}

function readSuccess(responses: Readonly<Record<string, Schema>>, resolve: Resolve): Operation['success'] {
  const status = Object.keys(responses).find((s) => s.startsWith('2')) ?? '200';
  const response = resolve(responses[status] ?? {});
  const content = response['content'] as Readonly<Record<string, Schema>> | undefined;
  return { status: Number(status), schema: (content?.['application/json']?.['schema'] as Schema | undefined) ?? null };
}

/**
 * The OpenAPI document as the engine reads it: every operation with its path, parameters, body and answer schemas.
 * Read once for the process, on the first request: it is a constant, shared by all instances, and costs no start time.
 */
import { readDocumentFile } from './document-file.js';

/** A schema of the document: the words that are looked at, and whatever else it has. */
export interface Schema {
  readonly [word: string]: unknown;
  readonly $ref?: string;
  readonly type?: string;
  readonly nullable?: boolean;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly allOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly default?: unknown;
}

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
  readonly resolve: <Referred extends { readonly $ref?: string }>(value: Referred) => Referred;
}

const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const;

const DOCUMENT = 'spec/merged.json';

let loaded: Specification | undefined;

/** The pinned document, parsed on first use. */
export function specification(): Specification {
  return (loaded ??= read(readDocumentFile(DOCUMENT) as Document));
}

/** As the document has them; each may be a reference to a component. */
interface Reference {
  readonly $ref?: string;
}

interface Parameter extends Reference {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly explode?: boolean;
  readonly schema: Schema;
}

interface Content extends Reference {
  readonly required?: boolean;
  readonly content?: Readonly<Record<string, { readonly schema: Schema }>>;
}

interface RawOperation {
  readonly operationId: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: Content;
  readonly responses: Readonly<Record<string, Content>>;
  readonly security?: readonly unknown[];
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Partial<Record<(typeof METHODS)[number], RawOperation>>>>>;
  readonly components: Specification['components'];
}

function read(document: Document): Specification {
  const resolve = <Referred extends Reference>(value: Referred): Referred => {
    const { $ref: ref } = value;
    if (ref === undefined) return value;
    const [, , section = '', name = ''] = ref.split('/');
    const target: unknown = document.components[section]?.[name];
    if (target === undefined) throw new Error(`The document has no ${ref}`);
    // A reference leads to a component of the same kind.
    return resolve(target as Referred);
  };
  const operations = Object.entries(document.paths).flatMap(([path, item]) =>
    METHODS.flatMap((method) => (item[method] ? [readOperation(method, path, item[method], resolve)] : [])),
  );
  return { operations, components: document.components, resolve };
}

type Resolve = Specification['resolve'];

/** API keys, M2M tokens and OAuth access tokens. */
const CREDENTIALS = /^\/(api_keys|m2m_tokens|oauth_applications\/access_tokens)\b/;

function readOperation(method: string, path: string, raw: RawOperation, resolve: Resolve): Operation {
  const parameters = (raw.parameters ?? []).map((parameter) => resolve(parameter));
  return {
    id: raw.operationId,
    method: method.toUpperCase(),
    path,
    pathParameters: Object.fromEntries(
      parameters.filter((parameter) => parameter.in === 'path').map(({ name, schema }) => [name, schema]),
    ),
    query: parameters
      .filter((parameter) => parameter.in === 'query')
      .map(({ name, required, schema, explode }) => ({
        name,
        required: required === true,
        schema: resolve(schema),
        commaSeparated: explode === false,
      })),
    body: readBody(raw, resolve),
    authenticated: raw.security?.length !== 0,
    invalidStatus: CREDENTIALS.test(path) && !('422' in raw.responses) ? 400 : 422,
    success: readSuccess(raw, resolve),
  };
}

function readBody({ requestBody }: RawOperation, resolve: Resolve): Operation['body'] {
  if (requestBody === undefined) return null;
  const body = resolve(requestBody);
  const [contentType, media] = Object.entries(body.content ?? {})[0] ?? [];
  if (contentType === undefined || media === undefined) return null;
  const { schema } = media;
  // 24 bodies are marked optional and yet have required members: those members are required all the same.
  // So is a list: an operation on many things without any thing means nothing.
  const { required: members, type } = resolve(schema);
  const required = body.required === true || Array.isArray(members) || type === 'array';
  return { contentType, required, schema };
}

function readSuccess({ responses }: RawOperation, resolve: Resolve): Operation['success'] {
  const status = Object.keys(responses).find((text) => text.startsWith('2')) ?? '200';
  const { content } = resolve(responses[status] ?? {});
  return { status: Number(status), schema: content?.['application/json']?.schema ?? null };
}

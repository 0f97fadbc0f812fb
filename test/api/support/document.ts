/** The OpenAPI document as a test reads it: apart from the generator, so that one's mistake is not the other's. */
import { readFileSync } from 'node:fs';

export interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly [keyword: string]: unknown;
}

interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query';
  readonly required?: boolean;
  readonly explode?: boolean;
  readonly schema: Schema;
}

export interface DocumentOperation {
  readonly id: string;
  /** `users.get`, from the name map. */
  readonly name: string;
  readonly method: string;
  /** `/users/{user_id}` */
  readonly path: string;
  readonly pathParameters: readonly Parameter[];
  readonly query: readonly Parameter[];
  readonly body: { readonly schema: Schema; readonly contentType: string } | null;
  readonly response: Schema | null;
  readonly retry: string;
  readonly anonymous: boolean;
}

type Json = Record<string, any>; // eslint-disable-line @typescript-eslint/no-explicit-any -- the document as it is

const read = (path: string) => JSON.parse(readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8')) as Json;

export const document = read('spec/merged.json');
const names = (read('spec/names.json') as { operations: Record<string, { name: string; retry: string }> }).operations;

export function follow<T>(node: T): T {
  const ref = (node as { $ref?: string } | undefined)?.$ref;
  if (ref === undefined) return node;
  return follow(
    ref
      .split('/')
      .slice(1)
      .reduce<Json>((at, key) => at[key] as Json, document) as T,
  );
}

export const operations: readonly DocumentOperation[] = Object.entries(document['paths'] as Json).flatMap(
  ([path, item]) =>
    ['get', 'post', 'put', 'patch', 'delete'].flatMap((method) => {
      const raw = (item as Json)[method] as Json | undefined;
      if (!raw) return [];
      const parameters = ((raw['parameters'] ?? []) as Parameter[]).map(follow);
      const [contentType, media] =
        Object.entries((raw['requestBody']?.content ?? {}) as Record<string, { schema: Schema }>)[0] ?? [];
      const success = Object.entries(raw['responses'] as Json).find(([status]) => status.startsWith('2'))!;
      const id = raw['operationId'] as string;
      return [
        {
          id,
          name: names[id]!.name,
          method: method.toUpperCase(),
          path,
          pathParameters: [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) =>
            parameters.find((p) => p.in === 'path' && p.name === name)!,
          ),
          query: parameters.filter((p) => p.in === 'query'),
          body: media && contentType ? { schema: media.schema, contentType } : null,
          response: (follow(success[1] as Json)['content']?.['application/json']?.schema ?? null) as Schema | null,
          retry: names[id]!.retry,
          anonymous: Array.isArray(raw['security']) && raw['security'].length === 0,
        },
      ];
    }),
);

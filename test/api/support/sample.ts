/** Values that a schema of the document allows: everything it names (`full`), or only what it requires. */
import { follow, type DocumentOperation, type Schema } from './document.js';

export type Extent = 'full' | 'required';

export function sample(schema: Schema, extent: Extent, depth = 0): unknown {
  const s = follow(schema);
  if (s['example'] !== undefined && s.type !== 'object') return s['example'];
  if (Array.isArray(s['enum'])) return s['enum'][0];
  if (Array.isArray(s['allOf']))
    return Object.assign({}, ...s['allOf'].map((part: Schema) => sample(part, extent, depth)));
  const alternatives = (s['oneOf'] ?? (s.properties ? undefined : s['anyOf'])) as Schema[] | undefined;
  if (alternatives) return sample(alternatives[0]!, extent, depth);
  switch (s.type) {
    case 'array':
      return depth > 6 ? [] : [sample(s.items!, extent, depth + 1)];
    case 'object':
      return sampleObject(s, extent, depth);
    case 'integer':
    case 'number':
      return Number(s['minimum'] ?? 1) + (s['exclusiveMinimum'] ? 1 : 0);
    case 'boolean':
      return false;
    case 'string':
      return sampleString(s);
    default:
      return { any: 'json' };
  }
}

function sampleObject(schema: Schema, extent: Extent, depth: number): Record<string, unknown> {
  const branch = (schema['anyOf'] as Schema[] | undefined)?.[0]?.required ?? [];
  const required = [...(schema.required ?? []), ...branch];
  const entries = Object.entries(schema.properties ?? {}).filter(
    ([key]) => extent === 'full' || required.includes(key),
  );
  const object = Object.fromEntries(entries.map(([key, value]) => [key, sample(value, extent, depth + 1)]));
  return schema.properties ? object : { key: 'value' };
}

function sampleString(schema: Schema): string {
  const pattern = schema['pattern'] as string | undefined;
  if (pattern?.includes('\\w{')) {
    const alternative = pattern.replaceAll(/[$^]/g, '').replace(/\((\w+)\|[^)]*\)/, '$1');
    return alternative.replace(/\\w\{(\d+)\}/, (_, length) => 'a'.repeat(Number(length)));
  }
  if (schema['format'] === 'date-time') return '2026-01-02T03:04:05Z';
  if (schema['format'] === 'uri' || schema['format'] === 'url') return 'https://example.com/x';
  if (schema['format'] === 'email') return 'ada@example.com';
  if (schema['format'] === 'date') return '2026-01-02';
  return 'text & more'.padEnd(Number(schema['minLength'] ?? 0), 'x').slice(0, Number(schema['maxLength'] ?? 1000));
}

/** Arguments of an operation's method, without call options. Ids hold characters that must be encoded. */
export interface SampledArguments {
  readonly ids: readonly string[];
  readonly object: unknown;
}

export function sampleArguments(operation: DocumentOperation, extent: Extent): SampledArguments {
  const ids = operation.pathParameters.map((parameter, index) => {
    const choices = parameter.schema['enum'] as string[] | undefined;
    return choices?.[0] ?? `${parameter.name}_${index + 1} &%/ü`;
  });
  return { ids, object: sampleInput(operation, extent) };
}

function sampleInput({ query, body }: DocumentOperation, extent: Extent): unknown {
  if (body?.contentType === 'multipart/form-data') {
    const fields = Object.entries(follow(body.schema).properties!).map(([name, field]) => [
      name,
      field['format'] === 'binary' ? new Blob(['the picture'], { type: 'image/png' }) : 'user_1',
    ]);
    return Object.fromEntries(fields) as unknown;
  }
  if (body) return sample(body.schema, extent);
  const wanted = query.filter((parameter) => extent === 'full' || parameter.required);
  if (query.length === 0 || wanted.length === 0) return undefined;
  return Object.fromEntries(
    wanted.map(({ name, schema }) => {
      const value = sample(schema, extent);
      return [name, Array.isArray(value) ? [...(value as unknown[]), ...(value as unknown[])] : value];
    }),
  );
}

/**
 * Response schema to a function that picks what the schema declares out of what is stored: inner fields (digests, secrets) never
 * leave, and a required field that nobody stored gets the default or the neutral value of its type.
 */
import { isRecord } from '../../../../src/ground/is-record.js';
import { specification, type Schema } from './specification.js';

export type Projection = (value: unknown) => unknown;

type Values = Readonly<Record<string, unknown>>;

const byComponent = new Map<string, Projection>();

/** Compiled when first used; components are shared. */
export function compileProjection(schema: Schema): Projection {
  const ref = schema.$ref;
  if (typeof ref === 'string') {
    let known = byComponent.get(ref);
    if (!known) byComponent.set(ref, (known = lazily(() => compileProjection(specification().resolve(schema)))));
    return known;
  }
  if (schema.nullable === true) {
    const project = compileProjection({ ...schema, nullable: false });
    return (value) => (value === null || value === undefined ? null : project(value));
  }
  const merged = mergeAllOf(schema);
  if (merged.properties) return objectProjection(merged);
  const branches = merged.oneOf ?? merged.anyOf;
  if (branches) return branchProjection(branches);
  if (merged.type === 'array') return arrayProjection(merged);
  const neutral = neutralValue(merged);
  return (value) => (value === undefined || (value === null && neutral !== undefined) ? neutral : value);
}

function lazily(make: () => Projection): Projection {
  let project: Projection | undefined;
  return (value) => (project ??= make())(value);
}

/** One object schema out of `allOf` and what stands beside it. */
function mergeAllOf(schema: Schema): Schema {
  const members = schema.allOf;
  if (!members) return schema;
  const { resolve } = specification();
  const parts = [...members.map((member) => mergeAllOf(resolve(member))), schema];
  const properties = Object.fromEntries(parts.flatMap((part) => Object.entries(part.properties ?? {})));
  const required = parts.flatMap((part) => part.required ?? []);
  return { type: 'object', ...(Object.keys(properties).length > 0 ? { properties } : {}), required };
}

function objectProjection(schema: Schema): Projection {
  const required = new Set(schema.required);
  const properties = Object.entries(schema.properties ?? {}).map(([name, property]) => {
    const resolved = specification().resolve(property);
    return {
      name,
      wanted: required.has(name) || resolved.default !== undefined,
      project: compileProjection(property),
    };
  });
  return (value) => {
    const stored = isRecord(value) ? value : {};
    const out: Record<string, unknown> = {};
    for (const { name, wanted, project } of properties) {
      const field = stored[name];
      if (field !== undefined || wanted) out[name] = project(field);
    }
    return out;
  };
}

function arrayProjection(schema: Schema): Projection {
  const item = compileProjection(schema.items ?? {});
  return (value) => (Array.isArray(value) ? value.map(item) : []);
}

/** The branch whose enums and patterns (`object`, `strategy`, `kty`) take the value, and that declares most of its fields. */
function branchProjection(branches: readonly Schema[]): Projection {
  const { resolve } = specification();
  const candidates = branches.map((branch) => {
    const schema = mergeAllOf(resolve(branch));
    const properties = schema.properties ?? {};
    const entries = Object.entries(properties);
    const [values, patterns] = [entries.flatMap(valueTest), entries.flatMap(patternTest)];
    return { project: compileProjection(branch), properties, values, patterns };
  });
  return (value) => {
    if (!isRecord(value)) return candidates[0]?.project(value);
    const passes = (tests: readonly Test[]) => tests.every((test) => test(value));
    // Patterns decide last: tests give users ids such as `user_1`, and their tokens are tokens all the same.
    const score = ({ properties, values, patterns }: (typeof candidates)[number]) =>
      (passes(values) ? 10_000 : 0) +
      2 * Object.keys(value).filter((name) => name in properties).length +
      (passes(patterns) ? 1 : 0);
    return candidates.reduce((a, b) => (score(b) > score(a) ? b : a)).project(value);
  };
}

type Test = (stored: Values) => boolean;

function valueTest([name, schema]: [string, Schema]): Test[] {
  const values = schema.enum;
  if (!values) return [];
  return [(stored) => stored[name] === undefined || stored[name] === null || values.includes(stored[name])];
}

function patternTest([name, schema]: [string, Schema]): Test[] {
  if (typeof schema.pattern !== 'string') return [];
  const pattern = new RegExp(schema.pattern);
  return [(stored) => typeof stored[name] !== 'string' || pattern.test(stored[name])];
}

const NEUTRAL: Readonly<Record<string, unknown>> = { string: '', boolean: false, integer: 0, number: 0 };

function neutralValue(schema: Schema): unknown {
  if (schema.default !== undefined) return schema.default;
  const values = schema.enum;
  if (values) return values[0];
  if (schema.type === 'object') return {};
  const type = schema.type;
  return typeof type === 'string' ? NEUTRAL[type] : undefined;
}

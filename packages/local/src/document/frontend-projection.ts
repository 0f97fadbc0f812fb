/**
 * A type of the Frontend API's document to a function that picks what the type declares out of what is stored. What the document does not name
 * (private metadata, digests, codes) never leaves, and neither does a value of another type than the declared one.
 */
import { isRecord } from '../../../../src/ground/is-record.js';
import { frontendDocument, type FrontendSchema } from './frontend-document.js';
import type { Projection } from './projection.js';

type Values = Readonly<Record<string, unknown>>;

const known = new Map<string, Projection>();

/** Compiled when first used. @throws Error for a type that the document does not have */
export function projectionOf(type: string): Projection {
  const found = known.get(type);
  if (found !== undefined) return found;
  // Schemas refer to one another in circles: what is looked up while one is compiled is found by its name.
  let project: Projection | undefined;
  const later: Projection = (value) => (project ??= compile(type))(value);
  known.set(type, later);
  return later;
}

function compile(type: string): Projection {
  const [, inner = ''] = /^(.+) \| null$/.exec(type) ?? [];
  if (inner !== '') {
    const project = projectionOf(inner);
    return (value) => (value === null || value === undefined ? null : project(value));
  }
  if (type.endsWith('[]')) {
    const item = projectionOf(type.slice(0, -2));
    return (value) => (Array.isArray(value) ? value.map((each) => item(each)) : []);
  }
  const [, paged] = /^Page<(.+)>$/.exec(type) ?? [];
  if (paged !== undefined) return objectProjection({ data: `${paged}[]`, total_count: 'integer' });
  const primitive = PRIMITIVES.get(type);
  if (primitive !== undefined) return primitive;
  const schema = frontendDocument().schemas[type];
  if (schema === undefined) throw new Error(`spec/frontend-api.json has no ${type}`);
  return objectProjection(schema);
}

const PRIMITIVES: ReadonlyMap<string, Projection> = new Map<string, Projection>([
  ['string', (value) => (typeof value === 'string' ? value : '')],
  ['boolean', (value) => value === true],
  ['integer', (value) => (typeof value === 'number' ? Math.trunc(value) : 0)],
  ['number', (value) => (typeof value === 'number' ? value : 0)],
  ['object', (value) => (isRecord(value) ? value : {})],
  ['any', (value) => value ?? null],
]);

function objectProjection(schema: FrontendSchema): Projection {
  const every = schema['*'];
  if (every !== undefined) {
    const project = projectionOf(every);
    return (value) => mapped(isRecord(value) ? value : {}, project);
  }
  const fields = Object.entries(schema).map(([key, type]) => {
    const name = key.replace(/\?$/, '');
    return { name, wanted: name === key, project: projectionOf(type) };
  });
  return (value) => {
    const stored = isRecord(value) ? value : {};
    const out: Record<string, unknown> = {};
    for (const { name, wanted, project } of fields) {
      const field = stored[name];
      if (field !== undefined || wanted) out[name] = project(field);
    }
    return out;
  };
}

const mapped = (values: Values, project: Projection): Values =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, project(value)]));

/** Checks values against the types of the Frontend API's document. */
import { isRecord } from '../../../../src/ground/is-record.js';
import { frontendDocument } from './frontend-document.js';

interface Options {
  /** A part is enough: fields may be absent at every level. */
  readonly partial?: boolean;
}

const PRIMITIVES: Readonly<Record<string, (value: unknown) => boolean>> = {
  string: (value) => typeof value === 'string',
  boolean: (value) => typeof value === 'boolean',
  integer: Number.isSafeInteger,
  number: Number.isFinite,
  object: isRecord,
  any: () => true,
};

/**
 * What does not fit, each with its place in the value; empty if all fits.
 *
 * @param type as in `spec/frontend-api.json`; see frontend-document.ts
 * @throws Error for a type that the document does not have
 */
export function misfitsOf(type: string, value: unknown, options: Options = {}, place = ''): string[] {
  const [, inner] = /^(.+) \| null$/.exec(type) ?? [];
  if (inner !== undefined) return value === null ? [] : misfitsOf(inner, value, options, place);
  if (type.endsWith('[]')) {
    if (!Array.isArray(value)) return [wrong(place, 'a list')];
    return value.flatMap((item, index) => misfitsOf(type.slice(0, -2), item, options, `${place}[${String(index)}]`));
  }
  const [, paged] = /^Page<(.+)>$/.exec(type) ?? [];
  if (paged !== undefined) return inObject({ data: `${paged}[]`, total_count: 'integer' }, value, options, place);
  const fits = PRIMITIVES[type];
  if (fits !== undefined) return fits(value) ? [] : [wrong(place, `of the type ${type}`)];
  const schema = frontendDocument().schemas[type];
  if (schema === undefined) throw new Error(`spec/frontend-api.json has no ${type}`);
  return inObject(schema, value, options, place);
}

function inObject(schema: Readonly<Record<string, string>>, value: unknown, options: Options, place: string): string[] {
  if (!isRecord(value)) return [wrong(place, 'an object')];
  const below = (name: string): string => (place === '' ? name : `${place}.${name}`);
  const every = schema['*'];
  if (every !== undefined)
    return Object.entries(value).flatMap(([name, field]) => misfitsOf(every, field, options, below(name)));
  const types = new Map(Object.entries(schema).map(([key, type]) => [key.replace(/\?$/, ''), { key, type }]));
  const given = Object.entries(value).flatMap(([name, field]) => {
    const declared = types.get(name);
    return declared === undefined
      ? [`${below(name)} is unknown`]
      : misfitsOf(declared.type, field, options, below(name));
  });
  const absent = [...types].filter(([name, { key }]) => name === key && value[name] === undefined);
  return [...given, ...(options.partial === true ? [] : absent.map(([name]) => `${below(name)} is missing`))];
}

const wrong = (place: string, what: string): string => `${place === '' ? 'the value' : place} must be ${what}`;

// JSON Schema (OpenAPI 3.0) to TypeScript. Knows the document's habits: see the comments at each rule.
import { pascal } from './document.mjs';

/**
 * @param names the `types` part of the name map: component name to type name
 * @returns `print(schema, { input, indent })`: the TypeScript type of a schema; `input` types take what a caller may send
 */
export function createTypePrinter(document, names) {
  const components = document.components.schemas;
  const nameOf = (ref) => {
    const component = ref.split('/').at(-1);
    return names.types[component] ?? pascal(component);
  };

  function print(schema, context) {
    const type = printPresent(schema, context);
    // `nullable` counts wherever it stands, also where it has no `type` beside it and OpenAPI 3.0 would ignore it.
    return isNullable(schema) && !/(^|\| )null$/.test(type) ? `${type} | null` : type;
  }

  function printPresent(schema, context) {
    if (schema.$ref) return nameOf(schema.$ref);
    if (schema.enum) return printEnum(schema);
    const alternatives = schema.oneOf ?? schema.anyOf;
    // `anyOf` whose branches only say `required`: the object itself, with at least one of the members present.
    if (alternatives && schema.properties) return printEitherRequired(schema, alternatives, context);
    if (alternatives) return union(alternatives.map((branch) => print(branch, context)));
    if (schema.allOf) return printAllOf(schema, context);
    if (schema.type === 'array') return printArray(schema, context);
    if (schema.type === 'object' || schema.properties) return printObject(schema, context);
    if (schema.type === 'string') return schema.format === 'binary' ? 'Upload' : 'string';
    if (schema.type === 'integer' || schema.type === 'number') return 'number';
    if (schema.type === 'boolean') return 'boolean';
    // Nothing but `nullable`: the document uses that for claims, which are JSON objects.
    if (isNullable(schema)) return 'JsonObject';
    throw new Error(`No type for ${JSON.stringify(schema)}`);
  }

  function printAllOf(schema, context) {
    const own = schema.properties ? [printObject(schema, context)] : [];
    const required = schema.required ?? [];
    const parts = schema.allOf.map((part) =>
      part.properties && !part.$ref ? { ...part, required: [...(part.required ?? []), ...required] } : part,
    );
    return [...own, ...parts.map((part) => print(part, context))].map(parenthesize).join(' & ');
  }

  function printEitherRequired(schema, branches, context) {
    const { anyOf: _, oneOf: __, ...base } = schema;
    const either = branches.map(({ required }) => {
      const properties = Object.fromEntries(required.map((key) => [key, schema.properties[key]]));
      return printObject({ type: 'object', properties, required }, { ...context, bare: true });
    });
    return `${printObject(base, context)} & (${either.join(' | ')})`;
  }

  function printArray(schema, context) {
    const item = print(schema.items, context);
    return `${context.input ? 'readonly ' : ''}${parenthesize(item)}[]`;
  }

  function printObject(schema, context) {
    const properties = Object.entries(schema.properties ?? {});
    const rest = schema.additionalProperties;
    if (properties.length === 0)
      return typeof rest === 'object' ? `Record<string, ${print(rest, context)}>` : 'JsonObject';
    const indent = context.indent ?? '';
    const inner = { ...context, indent: `${indent}  `, bare: false };
    const lines = properties.map(([key, property]) => {
      const optional = !(schema.required ?? []).includes(key);
      // A caller may write `name: maybeUndefined`: undefined is never sent.
      const type = print(property, inner) + (optional && context.input ? ' | undefined' : '');
      return `${context.bare ? '' : comment(documentation(property), inner.indent)}${inner.indent}${propertyName(key)}${optional ? '?' : ''}: ${type};`;
    });
    return `{\n${lines.join('\n')}\n${indent}}`;
  }

  return { print, nameOf, components };
}

/** What an operation takes beside ids, as one schema: its body, or its query as an object. */
export const inputSchema = ({ body, query }) =>
  body?.schema ?? {
    type: 'object',
    properties: Object.fromEntries(
      query.map(({ name, schema, description, deprecated }) => [name, { ...schema, description, deprecated }]),
    ),
    required: query.filter(({ required }) => required).map(({ name }) => name),
  };

const isNullable = (schema) => schema.nullable === true;
const propertyName = (key) => (/^[A-Za-z_$][\w$]*$/.test(key) ? key : JSON.stringify(key));
const union = (types) => [...new Set(types)].join(' | ');
const parenthesize = (type) => (/ [|&] /.test(type.replace(/\{[^]*\}/, '{}')) ? `(${type})` : type);

function printEnum(schema) {
  const literals = schema.enum.filter((value) => value !== null).map((value) => JSON.stringify(value));
  // The document says itself that more values will come; `string & {}` keeps the completions.
  if (schema['x-speakeasy-unknown-values'] === 'allow') literals.push('(string & {})');
  return union(schema.enum.includes(null) ? [...literals, 'null'] : literals);
}

/** The document's prose for a property or parameter, with its bounds. */
export function documentation(schema) {
  const bounds = [
    schema.default !== undefined && schema.default !== null && `Default: ${JSON.stringify(schema.default)}.`,
    schema.minimum !== undefined && `Minimum: ${schema.minimum}.`,
    schema.maximum !== undefined && `Maximum: ${schema.maximum}.`,
    schema.maxLength !== undefined && `At most ${schema.maxLength} characters.`,
    schema.maxItems !== undefined && `At most ${schema.maxItems} items.`,
  ].filter(Boolean);
  return [schema.description?.trim(), bounds.join(' '), schema.deprecated && '@deprecated'].filter(Boolean).join('\n');
}

/** A JSDoc block, or nothing for no text. */
export function comment(text, indent = '') {
  const lines = text
    .trim()
    .replaceAll('*/', '*\\/')
    .split('\n')
    .map((line) => line.trimEnd());
  if (lines.join('') === '') return '';
  if (lines.length === 1) return `${indent}/** ${lines[0]} */\n`;
  return `${indent}/**\n${lines.map((line) => `${indent} *${line ? ` ${line}` : ''}`).join('\n')}\n${indent} */\n`;
}

// JSON Schema (OpenAPI 3.0) to TypeScript. Knows the document's habits: see the comments at each rule.
import { pascal } from './document.mjs';

/**
 * @typedef {import('./document.mjs').Schema} Schema
 * @typedef {import('./document.mjs').Operation} Operation
 * @typedef {ReturnType<typeof createTypePrinter>} TypePrinter
 *
 * @typedef {object} Context
 * @property {boolean} [input] the type takes what a caller may send
 * @property {string} [indent]
 * @property {boolean} [bare] without comments
 */

/**
 * @param {import('./document.mjs').OpenApiDocument} document
 * @param {import('./document.mjs').Names} names its `types`: component name to type name
 * @returns `print(schema, { input, indent })`: the TypeScript type of a schema; `input` types take what a caller may send
 */
export function createTypePrinter(document, names) {
  const components = document.components.schemas;
  const nameOf = (/** @type {string} */ ref) => {
    const component = ref.slice(ref.lastIndexOf('/') + 1);
    return names.types[component] ?? pascal(component);
  };

  /** @type {(schema: Schema, context: Context) => string} */
  function print(schema, context) {
    const type = printPresent(schema, context);
    // `nullable` counts wherever it stands, also where it has no `type` beside it and OpenAPI 3.0 would ignore it.
    return isNullable(schema) && !/(^|\| )null$/.test(type) ? `${type} | null` : type;
  }

  /** @type {(schema: Schema, context: Context) => string} */
  function printPresent(schema, context) {
    if (schema.$ref) return nameOf(schema.$ref);
    if (schema.enum) return printEnum(schema, schema.enum);
    const alternatives = schema.oneOf ?? schema.anyOf;
    // `anyOf` whose branches only say `required`: the object itself, with at least one of the members present.
    if (alternatives && schema.properties) return printEitherRequired(schema, alternatives, context);
    if (alternatives) return union(alternatives.map((branch) => print(branch, context)));
    if (schema.allOf) return printAllOf(schema, schema.allOf, context);
    if (schema.type === 'array') return printArray(schema, context);
    if (schema.type === 'object' || schema.properties) return printObject(schema, context);
    if (schema.type === 'string') return schema.format === 'binary' ? 'Upload' : 'string';
    if (schema.type === 'integer' || schema.type === 'number') return 'number';
    if (schema.type === 'boolean') return 'boolean';
    // Nothing but `nullable`: the document uses that for claims, which are JSON objects.
    if (isNullable(schema)) return 'JsonObject';
    throw new Error(`No type for ${JSON.stringify(schema)}`);
  }

  /** @type {(schema: Schema, branches: Schema[], context: Context) => string} */
  function printAllOf(schema, branches, context) {
    const own = schema.properties ? [printObject(schema, context)] : [];
    const required = schema.required ?? [];
    const parts = branches.map((part) =>
      part.properties && !part.$ref ? { ...part, required: [...(part.required ?? []), ...required] } : part,
    );
    return [...own, ...parts.map((part) => print(part, context))].map(parenthesize).join(' & ');
  }

  /** @type {(schema: Schema, branches: Schema[], context: Context) => string} */
  function printEitherRequired(schema, branches, context) {
    const { anyOf: _, oneOf: __, ...base } = schema;
    const either = branches.map(({ required = [] }) => {
      const properties = Object.fromEntries(required.map((key) => [key, schema.properties?.[key] ?? {}]));
      return printObject({ type: 'object', properties, required }, { ...context, bare: true });
    });
    return `${printObject(base, context)} & (${either.join(' | ')})`;
  }

  /** @type {(schema: Schema, context: Context) => string} */
  function printArray(schema, context) {
    if (schema.items === undefined) throw new Error(`An array of what? ${JSON.stringify(schema)}`);
    const item = print(schema.items, context);
    return `${context.input ? 'readonly ' : ''}${parenthesize(item)}[]`;
  }

  /** @type {(schema: Schema, context: Context) => string} */
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

/**
 * What an operation takes beside ids, as one schema: its body, or its query as an object.
 * @param {Pick<Operation, 'body' | 'query'>} operation
 * @returns {Schema}
 */
export const inputSchema = ({ body, query }) =>
  body?.schema ?? {
    type: 'object',
    properties: Object.fromEntries(
      query.map(({ name, schema, description, deprecated }) => [
        name,
        { ...schema, ...(description !== undefined && { description }), deprecated },
      ]),
    ),
    required: query.filter(({ required }) => required).map(({ name }) => name),
  };

const isNullable = (/** @type {Schema} */ schema) => schema.nullable === true;
const propertyName = (/** @type {string} */ key) => (/^[A-Za-z_$][\w$]*$/.test(key) ? key : JSON.stringify(key));
const union = (/** @type {readonly string[]} */ types) => [...new Set(types)].join(' | ');
const parenthesize = (/** @type {string} */ type) =>
  / [|&] /.test(type.replace(/\{[^]*\}/, '{}')) ? `(${type})` : type;

function printEnum(/** @type {Schema} */ schema, /** @type {readonly unknown[]} */ values) {
  const literals = values.filter((value) => value !== null).map((value) => JSON.stringify(value));
  // The document says itself that more values will come; `string & {}` keeps the completions.
  if (schema['x-speakeasy-unknown-values'] === 'allow') literals.push('(string & {})');
  return union(values.includes(null) ? [...literals, 'null'] : literals);
}

/**
 * The document's prose for a property or parameter, with its bounds.
 * @param {Schema} schema
 */
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

/**
 * A JSDoc block, or nothing for no text.
 * @param {string} text
 */
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

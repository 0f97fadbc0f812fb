/**
 * Walks the response type of every method beside the document's schema: nothing may be `any` or `unknown` where the document
 * says more, and every member that the document names must be there.
 */
import { resolve } from 'node:path';
import ts from 'typescript';
import { beforeAll, describe, expect, it } from 'vitest';
import { follow, operations, type DocumentOperation, type Schema } from '../api/support/document.js';
import { compile } from '../support/compiler.js';

let checker: ts.TypeChecker;
let api: ts.Type;
beforeAll(() => {
  const file = resolve(import.meta.dirname, '../../src/api/generated/interfaces.ts');
  const program = compile([file]);
  checker = program.getTypeChecker();
  const module = checker.getSymbolAtLocation(program.getSourceFile(file)!)!;
  api = checker.getDeclaredTypeOfSymbol(checker.getExportsOfModule(module).find(({ name }) => name === 'BackendApi')!);
});

const member = (type: ts.Type, name: string): ts.Type | undefined => {
  const symbol = checker.getPropertyOfType(type, name);
  return symbol && checker.getTypeOfSymbol(symbol);
};

/** The last one is the document's; one before it may be ours (`paginated`). */
function signatureOf(name: string): ts.Signature {
  const [resource, action] = name.split('.') as [string, string];
  return member(member(api, resource)!, action)!.getCallSignatures().at(-1)!;
}

/** What the signature's promise gives. */
const responseOf = (name: string): ts.Type => checker.getAwaitedType(signatureOf(name).getReturnType())!;

const isJsonObject = (schema: Schema) =>
  !['properties', 'oneOf', 'anyOf', 'allOf', 'items', 'enum'].some((key) => key in schema);

/** Differences between a type and its schema. `seen` ends recursion through named schemas. */
function differences(type: ts.Type, node: Schema, path: string, seen: Set<string>): string[] {
  if (type.flags & ts.TypeFlags.Any) return [`${path} is any`];
  if (type.flags & ts.TypeFlags.Unknown) return [`${path} is unknown`];
  if (node.$ref) {
    if (seen.has(node.$ref)) return [];
    seen.add(node.$ref);
  }
  const schema = follow(node);
  const nullable = schema['nullable'] === true || (schema['enum'] as unknown[] | undefined)?.includes(null) === true;
  const parts = type.isUnion() ? type.types : [type];
  const hasNull = parts.some((part) => part.flags & ts.TypeFlags.Null);
  if (nullable && !hasNull) return [`${path} may be null`];
  const branches = [
    ...((schema['allOf'] ?? []) as Schema[]),
    ...((schema['oneOf'] ?? []) as Schema[]),
    ...((schema['anyOf'] ?? []) as Schema[]),
  ];
  const here = { ...schema };
  return [
    ...branches.flatMap((branch) =>
      branch.properties || branch.$ref ? differences(type, branch, path, new Set(seen)) : [],
    ),
    ...Object.entries(here.properties ?? {}).flatMap(([name, property]) => {
      const types = parts.flatMap((part) => member(part, name) ?? []);
      if (types.length === 0) return [`${path}.${name} is missing`];
      if (isJsonObject(follow(property)) && follow(property).type === undefined) return [];
      return types.length === 1 ? differences(types[0]!, property, `${path}.${name}`, seen) : [];
    }),
    ...(schema.items ? itemDifferences(parts, schema.items, path, seen) : []),
    ...primitiveDifferences(schema, parts, path),
  ];
}

function itemDifferences(parts: readonly ts.Type[], items: Schema, path: string, seen: Set<string>): string[] {
  const item = parts.flatMap((part) =>
    checker.isArrayType(part) ? checker.getTypeArguments(part as ts.TypeReference) : [],
  )[0];
  return item ? differences(item, items, `${path}[]`, seen) : [`${path} is no array`];
}

const PRIMITIVES: Readonly<Record<string, ts.TypeFlags>> = {
  string: ts.TypeFlags.StringLike,
  integer: ts.TypeFlags.NumberLike,
  number: ts.TypeFlags.NumberLike,
  boolean: ts.TypeFlags.BooleanLike,
};
function primitiveDifferences(schema: Schema, parts: readonly ts.Type[], path: string): string[] {
  const flag = PRIMITIVES[schema.type ?? ''];
  if (flag === undefined) return [];
  const empty = ts.TypeFlags.Null | ts.TypeFlags.Undefined;
  // `'a' | (string & {})` is text as well.
  const fits = (part: ts.Type) =>
    (part.flags & (flag | empty)) !== 0 || (part.isIntersection() && part.types.some((each) => each.flags & flag));
  return parts.every(fits) ? [] : [`${path} is not ${schema.type}`];
}

const partsOf = (type: ts.Type) => (type.isUnion() ? type.types : [type]);

/** What a call takes: the ids, then one object, then call options. */
function inputDifferences({ name, pathParameters, query, body }: DocumentOperation): string[] {
  const types = signatureOf(name).parameters.map((parameter) => checker.getTypeOfSymbol(parameter));
  const object = body !== null || query.length > 0;
  if (types.length !== pathParameters.length + Number(object) + 1) return [`${name} takes ${types.length} arguments`];
  const ids = types
    .slice(0, pathParameters.length)
    .flatMap((type, index) => (type.flags & ts.TypeFlags.String ? [] : [`${name}: id ${index} is not text`]));
  return [
    ...ids,
    ...(object
      ? objectDifferences(checker.getNonNullableType(types[pathParameters.length]!), schemaOf({ query, body }), name)
      : []),
  ];
}

const schemaOf = ({ query, body }: Pick<DocumentOperation, 'query' | 'body'>): Schema =>
  body?.schema ?? {
    type: 'object',
    properties: Object.fromEntries(query.map((parameter) => [parameter.name, parameter.schema])),
    required: query.filter(({ required }) => required).map((parameter) => parameter.name),
  };

/** A name that the document does not know must not compile, nor the lack of one that it requires. */
function objectDifferences(type: ts.Type, node: Schema, path: string): string[] {
  if (type.flags & (ts.TypeFlags.Any | ts.TypeFlags.Unknown)) return [`${path} takes anything`];
  const schema = follow(node);
  const parts = partsOf(type);
  if (schema.items) {
    const items = parts.flatMap((part) =>
      checker.isArrayType(part) ? checker.getTypeArguments(part as ts.TypeReference) : [],
    );
    return items.length === 1 ? objectDifferences(items[0]!, schema.items, `${path}[]`) : [`${path} is no array`];
  }
  if (!schema.properties) return [];
  const wanted = Object.keys(schema.properties);
  const symbols = parts.flatMap((part) => checker.getPropertiesOfType(part));
  const known = new Set(symbols.map((symbol) => symbol.name));
  return [
    ...parts.flatMap((part) => (part.getStringIndexType() ? [`${path} takes any name`] : [])),
    ...wanted.filter((name) => !known.has(name)).map((name) => `${path}.${name} is missing`),
    ...[...known].filter((name) => !wanted.includes(name)).map((name) => `${path}.${name} is not the document's`),
    ...(schema.required ?? []).flatMap((name) =>
      symbols.some((symbol) => symbol.name === name && symbol.flags & ts.SymbolFlags.Optional)
        ? [`${path}.${name} may be left away`]
        : [],
    ),
    ...symbols.flatMap((symbol) => {
      const saysNothing = isJsonObject(follow(schema.properties![symbol.name] ?? {}));
      const anything =
        checker.getTypeOfSymbol(symbol).flags & (ts.TypeFlags.Any | (saysNothing ? 0 : ts.TypeFlags.Unknown));
      return anything ? [`${path}.${symbol.name} takes anything`] : [];
    }),
  ];
}

describe("the arguments' type of each operation", () => {
  it('has everything in the document, for all operations', () => {
    expect(operations.flatMap(inputDifferences)).toEqual([]);
  });
});

describe("the result's type of each operation", () => {
  it('is void exactly if the document has no body', () => {
    const empty = operations.filter(({ name }) => responseOf(name).flags & ts.TypeFlags.Void).map(({ name }) => name);
    expect(empty).toEqual(operations.filter(({ response }) => response === null).map(({ name }) => name));
    expect(empty.length).toBeGreaterThan(3);
  });

  it('has everything in the document, for all operations', () => {
    const found = operations.flatMap(({ name, response }) =>
      response ? differences(responseOf(name), response, name, new Set()) : [],
    );
    expect(found).toEqual([]);
  });

  it('is the same for each item of an iterated list', () => {
    const lists = operations.filter(({ query }) => query.some((parameter) => parameter.name === 'limit'));
    const found = lists.flatMap(({ name, response }) => {
      const [, item] = checker.getTypeArguments(signatureOf(name).getReturnType() as ts.TypeReference);
      const schema = follow(response!);
      const items = [schema, ...Object.values(schema.properties ?? {})].map(follow).find((each) => each.items)!.items!;
      return item ? differences(item, items, name, new Set()) : [`${name} is not iterated`];
    });
    expect(found).toEqual([]);
    expect(lists.length).toBeGreaterThan(30);
  });

  it('is reported if it says less: the comparison itself works', () => {
    const text = `export const any: any = 0; export const unknown: unknown = 0; export const user: { id: string; name?: string } = { id: '' }; export const input: { id?: string; extra?: string; free: any } = { free: 0 }; export const open: { [name: string]: string } = {};`;
    const probe = resolve(import.meta.dirname, 'probe.ts');
    const program = compile([], new Map([[probe, text]]));
    checker = program.getTypeChecker();
    const exports = checker.getExportsOfModule(checker.getSymbolAtLocation(program.getSourceFile(probe)!)!);
    const [any, unknown, user, input, open] = exports.map((symbol) => checker.getTypeOfSymbol(symbol)) as [
      ...[ts.Type, ts.Type, ts.Type, ts.Type, ts.Type],
    ];
    const schema: Schema = {
      type: 'object',
      properties: { id: { type: 'integer' }, name: { type: 'string', nullable: true }, more: { type: 'string' } },
    };
    expect(differences(any, schema, 'x', new Set())).toEqual(['x is any']);
    expect(differences(unknown, schema, 'x', new Set())).toEqual(['x is unknown']);
    expect(differences(user, schema, 'x', new Set())).toEqual([
      'x.id is not integer',
      'x.name may be null',
      'x.more is missing',
    ]);
    const wanted: Schema = {
      type: 'object',
      properties: { id: { type: 'string' }, free: { type: 'string' }, more: { type: 'string' } },
      required: ['id'],
    };
    expect(objectDifferences(any, wanted, 'x')).toEqual(['x takes anything']);
    expect(objectDifferences(input, wanted, 'x')).toEqual([
      'x.more is missing',
      "x.extra is not the document's",
      'x.id may be left away',
      'x.free takes anything',
    ]);
    expect(objectDifferences(open, wanted, 'x')).toContain('x takes any name');
  });
});

import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { beforeAll, describe, expect, it } from 'vitest';
import { follow, operations, type Schema } from './support/document.js';

/**
 * Walks the response type of every method beside the document's schema: nothing may be `any` or `unknown` where the document
 * says more, and every member that the document names must be there.
 */
const root = fileURLToPath(new URL('../../', import.meta.url));

let checker: ts.TypeChecker;
let api: ts.Type;
beforeAll(() => {
  const file = `${root}src/api/generated/interfaces.ts`;
  const options: ts.CompilerOptions = {
    strict: true,
    exactOptionalPropertyTypes: true,
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    types: ['node'],
    noEmit: true,
    skipLibCheck: true,
  };
  const program = ts.createProgram([file], options);
  checker = program.getTypeChecker();
  const module = checker.getSymbolAtLocation(program.getSourceFile(file)!)!;
  api = checker.getDeclaredTypeOfSymbol(checker.getExportsOfModule(module).find(({ name }) => name === 'BackendApi')!);
});

const member = (type: ts.Type, name: string): ts.Type | undefined => {
  const symbol = checker.getPropertyOfType(type, name);
  return symbol && checker.getTypeOfSymbol(symbol);
};

/** What the last signature's promise gives. The last one is the document's; one before it may be ours (`paginated`). */
function responseOf(name: string): ts.Type {
  const [resource, action] = name.split('.') as [string, string];
  const signature = member(member(api, resource)!, action)!.getCallSignatures().at(-1)!;
  return checker.getAwaitedType(signature.getReturnType())!;
}

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

describe('the type of what each operation gives', () => {
  it('is void exactly where the document has no body', () => {
    const empty = operations.filter(({ name }) => responseOf(name).flags & ts.TypeFlags.Void).map(({ name }) => name);
    expect(empty).toEqual(operations.filter(({ response }) => response === null).map(({ name }) => name));
    expect(empty).toHaveLength(5);
  });

  it('says all that the document says, for 193 operations', () => {
    const found = operations.flatMap(({ name, response }) =>
      response ? differences(responseOf(name), response, name, new Set()) : [],
    );
    expect(found).toEqual([]);
  });

  it('would show a type that says less: the walk itself is not blind', () => {
    const text = `export const any: any = 0; export const unknown: unknown = 0; export const user: { id: string; name?: string } = { id: '' };`;
    const host = ts.createCompilerHost({});
    const read = host.getSourceFile.bind(host);
    host.getSourceFile = (name, ...rest) =>
      name === 'probe.ts' ? ts.createSourceFile(name, text, ts.ScriptTarget.ES2022) : read(name, ...rest);
    const program = ts.createProgram(['probe.ts'], { strict: true, types: [] }, host);
    checker = program.getTypeChecker();
    const exports = checker.getExportsOfModule(checker.getSymbolAtLocation(program.getSourceFile('probe.ts')!)!);
    const [any, unknown, user] = exports.map((symbol) => checker.getTypeOfSymbol(symbol)) as [
      ts.Type,
      ts.Type,
      ts.Type,
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
  });
});

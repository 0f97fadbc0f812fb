/** A helper that two test files need stands in test/support, or in the support file of their folder. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { expect, it } from 'vitest';

const folder = import.meta.dirname;
/** Shorter ones are quicker written than looked up. */
const MIN_LENGTH = 25;

/** Functions at the top of a file, as their parameters and body without spaces and comments. */
function helpersOf(name: string, text: string): { name: string; body: string }[] {
  const file = ts.createSourceFile(name, text, ts.ScriptTarget.ES2022, true);
  const plain = (node: ts.SignatureDeclaration & { body?: ts.Node }) =>
    [...node.parameters, node.body]
      .map((part) => part?.getText() ?? '')
      .join()
      .replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')
      .replaceAll(/\s+/g, '');
  return file.statements.flatMap((statement) => {
    if (ts.isFunctionDeclaration(statement)) return [{ name: statement.name?.text ?? '', body: plain(statement) }];
    if (!ts.isVariableStatement(statement)) return [];
    return statement.declarationList.declarations.flatMap(({ name: declared, initializer }) =>
      initializer !== undefined && ts.isArrowFunction(initializer)
        ? [{ name: declared.getText(), body: plain(initializer) }]
        : [],
    );
  });
}

function repeated(files: readonly (readonly [name: string, text: string])[]): string[] {
  const places = new Map<string, string[]>();
  for (const [file, text] of files)
    for (const { name, body } of helpersOf(file, text))
      if (body.length >= MIN_LENGTH) places.set(body, [...(places.get(body) ?? []), `${name} in ${file}`]);
  return [...places.values()].filter((found) => found.length > 1).map((found) => found.join(', '));
}

it('no helper of the tests exists twice', () => {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
    // Those below `types` and `migrating` are applications: a compiler looks at their types, or they are compared.
    (file) => file.endsWith('.ts') && !/^(types|migrating)[\\/]/.test(file),
  );
  expect(repeated(files.map((file) => [file, readFileSync(join(folder, file), 'utf8')] as const))).toEqual([]);
});

it('finds a duplicate, whatever its name and its spaces', () => {
  const one = 'const bearer = (token: string) => ({ authorization: `Bearer ${token}` });';
  const other = 'export function as(token: string) { return 1 + 1 + token.length; }';
  const again = '/** Words. */ const auth = (token: string) =>\n  ({ authorization: `Bearer ${token}` });';
  expect(
    repeated([
      ['a.ts', one],
      ['b.ts', `${other}\n${again}`],
    ]),
  ).toEqual(['bearer in a.ts, auth in b.ts']);
});

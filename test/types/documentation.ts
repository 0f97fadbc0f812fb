/** Every TypeScript block of the documentation, compiled as an application would have it. */
import { existsSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import ts from 'typescript';
import { IMPORTABLE } from '../../scripts/entry-points.mjs';
import { describe, expect, it } from 'vitest';
import { compile, problemsOf } from '../support/compiler.js';
import { PAGES, SOURCES, blocksOf } from '../support/pages.js';

const root = resolve(import.meta.dirname, '../..');

describe('documentation', () => {
  it('compiles every TypeScript block', { timeout: 120_000 }, () => {
    const blocks = [...PAGES, ...SOURCES].flatMap(blocksOf);
    expect(blocks.length).toBeGreaterThan(5);
    const files = new Map(blocks.map((block, index) => [join(root, 'test', `docs-block-${index}.ts`), block] as const));
    const texts = new Map([...files].map(([file, { code }]) => [file, `${code}\nexport {};\n`] as const));
    const program = compile([], texts);
    const problems = [...files].flatMap(([file, block]) =>
      problemsOf(program, file).map(({ line, message }) => `${block.page}:${block.line + line - 1} ${message}`),
    );
    expect(problems).toEqual([]);
  });

  it('has an example at every public function', () => {
    const entries = IMPORTABLE.map(({ source }) => join(root, source)).filter((file) => existsSync(file));
    const program = compile(entries);
    const checker = program.getTypeChecker();
    const functions = entries.flatMap((entry) =>
      checker
        .getExportsOfModule(checker.getSymbolAtLocation(program.getSourceFile(entry)!)!)
        .map((symbol) => (symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol))
        .filter((symbol) => {
          if (symbol.flags & ts.SymbolFlags.Function) return true;
          const { valueDeclaration: at } = symbol;
          if (!(symbol.flags & ts.SymbolFlags.Variable) || at === undefined) return false;
          return checker.getTypeOfSymbolAtLocation(symbol, at).getCallSignatures().length > 0;
        }),
    );
    expect(functions.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['createAuthenticator', 'createBackendApi', 'verifyWebhook', 'requireAuth', 'getAuth']),
    );
    const without = functions
      .filter((symbol) => !symbol.getJsDocTags(checker).some(({ name }) => name === 'example'))
      .map((symbol) => `${relative(root, symbol.declarations?.[0]?.getSourceFile().fileName ?? '')} ${symbol.name}`);
    expect([...new Set(without)]).toEqual([]);
  });
});

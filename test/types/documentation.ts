/** Every TypeScript block of the documentation, compiled as an application would have it. */
import { join, resolve } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { compile, problemsOf } from '../support/compiler.js';
import { PAGES, SOURCES, blocksOf } from '../support/pages.js';

const root = resolve(import.meta.dirname, '../..');

describe('documentation', () => {
  it('compiles every TypeScript block', { timeout: 120_000 }, () => {
    const blocks = [...PAGES, ...SOURCES].flatMap(blocksOf);
    expect(blocks.length).toBeGreaterThan(5);
    expect(blocks.map(({ page }) => page)).toContain('src/api/any-request.ts');
    const files = new Map(blocks.map((block, index) => [join(root, 'test', `docs-block-${index}.ts`), block] as const));
    const texts = new Map([...files].map(([file, { code }]) => [file, `${code}\nexport {};\n`] as const));
    const program = compile([], texts);
    const problems = [...files].flatMap(([file, block]) =>
      problemsOf(program, file).map(({ line, message }) => `${block.page}:${block.line + line - 1} ${message}`),
    );
    expect(problems).toEqual([]);
  });

  it('has an example at every function of bailiff/api and bailiff/webhooks', () => {
    const entries = ['src/api/index.ts', 'src/webhooks/index.ts'].map((file) => join(root, file));
    const program = compile(entries);
    const checker = program.getTypeChecker();
    const functions = entries.flatMap((entry) =>
      checker
        .getExportsOfModule(checker.getSymbolAtLocation(program.getSourceFile(entry)!)!)
        .map((symbol) => (symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol))
        .filter(({ flags }) => flags & ts.SymbolFlags.Function),
    );
    expect(functions.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['createBackendApi', 'createBackendClient', 'request', 'toPublic', 'verifyWebhook']),
    );
    const without = functions.filter((symbol) => !symbol.getJsDocTags(checker).some(({ name }) => name === 'example'));
    expect(without.map(({ name }) => name)).toEqual([]);
  });
});

/** Every TypeScript block of the documentation, compiled as an application would have it. */
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { compile, problemsOf } from '../support/compiler.js';
import { PAGES, blocksOf } from '../support/pages.js';

const root = resolve(import.meta.dirname, '../..');

describe('documentation', () => {
  it('compiles every TypeScript block', { timeout: 120_000 }, () => {
    const blocks = PAGES.flatMap(blocksOf);
    expect(blocks.length).toBeGreaterThan(5);
    const files = new Map(blocks.map((block, index) => [join(root, 'test', `docs-block-${index}.ts`), block] as const));
    const texts = new Map([...files].map(([file, { code }]) => [file, `${code}\nexport {};\n`] as const));
    const program = compile([], texts);
    const problems = [...files].flatMap(([file, block]) =>
      problemsOf(program, file).map(({ line, message }) => `${block.page}:${block.line + line - 1} ${message}`),
    );
    expect(problems).toEqual([]);
  });
});

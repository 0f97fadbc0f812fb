/** The routes of an Express application once more, with the types of Express 4. */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { compile, problemsOf } from '../support/compiler.js';

it('guards narrow with the types of Express 4 as well', { timeout: 120_000 }, () => {
  const types = join(import.meta.dirname, '../../node_modules/types-express4');
  const core = join(types, 'node_modules/@types/express-serve-static-core');
  const paths = { express: [join(types, 'index.d.ts')], 'express-serve-static-core': [join(core, 'index.d.ts')] };
  const file = join(import.meta.dirname, 'express-routes.ts');
  const program = compile([file], new Map(), paths);
  expect(program.getSourceFiles().filter(({ fileName }) => fileName.startsWith(core))).not.toEqual([]);
  expect(problemsOf(program, file)).toEqual([]);
});

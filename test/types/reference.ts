import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { PAGE, SOURCES, referencePage } from '../../scripts/reference-page.mjs';
import { compile } from '../support/compiler.js';

it('docs/reference.md says what the sources declare', { timeout: 120_000 }, async () => {
  const page = await referencePage(compile(SOURCES));
  // Not `toBe`: the difference of two long pages hides what to do about it.
  expect(readFileSync(PAGE, 'utf8') === page, 'docs/reference.md is out of date: npm run docs:api').toBe(true);
});

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { itemsOf, usersOf } from '../../scripts/lib/public-items.mjs';
import { PAGE, SOURCES, referencePage } from '../../scripts/reference-page.mjs';
import { compile } from '../support/compiler.js';

const program = compile(SOURCES);
const items = itemsOf(program);

describe('docs/reference.md', () => {
  it('shows the declarations of the sources', { timeout: 120_000 }, async () => {
    const page = await referencePage(program);
    // Not `toBe`: the difference of two long pages hides what to do about it.
    expect(readFileSync(PAGE, 'utf8') === page, 'docs/reference.md is out of date: npm run docs:api').toBe(true);
    expect(page).not.toContain('{@link');
  });

  // The blocks themselves are compiled by the tests of the documentation.
  it('has an example of each function, class and constant', () => {
    const values = items.filter(({ isValue }) => isValue);
    expect(values.map(({ as }) => as)).toEqual(expect.arrayContaining(['requireAuth', 'BackendApiError']));
    expect(
      values.filter(({ examples }) => !examples.some((text) => text.includes('```ts\n'))).map(({ as }) => as),
    ).toEqual([]);
  });

  it('links from each type to an example', () => {
    const types = items.filter(({ isValue }) => !isValue);
    expect(types.length).toBeGreaterThan(50);
    const alone = types.filter((item) => item.examples.length === 0 && usersOf(item, items).length === 0);
    expect(alone.map(({ as, entry }) => `${entry.name} ${as}`)).toEqual([]);
  });

  it('distinguishes names of two entry points', () => {
    const users = (entry: string, name: string) =>
      usersOf(
        items.find(({ as, entry: at }) => as === name && at.name === entry)!,
        items,
      ).map(({ as, entry: at }) => `${at.name} ${as}`);
    expect(users('bailiff/hono', 'ClerkMiddlewareOptions')).toEqual(['bailiff/hono clerkMiddleware']);
    expect(users('bailiff/express', 'ClerkMiddlewareOptions')).toEqual(['bailiff/express clerkMiddleware']);
  });
});

import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { IMPORTABLE, aliasOf } from './scripts/entry-points.mjs';
import { BUCKETS, filesOf } from './test/support/buckets.js';

const path = (relative: string) => `${fileURLToPath(new URL('.', import.meta.url))}${relative}`;

// Tests import the public names; here they mean the sources, so that coverage and stack traces point at what we wrote.
// The packed tarball is tested apart from this (test/package).
export default defineConfig({
  resolve: {
    alias: [
      { find: /^#signature$/, replacement: path('src/verify/signature.node.ts') },
      ...IMPORTABLE.map(aliasOf).map(({ find, replacement }) => ({ find, replacement: path(replacement) })),
    ],
  },
  test: {
    // `vitest run` is all of them; `npm run test:unit` and its like are one.
    projects: BUCKETS.map((name) => ({
      extends: true as const,
      test: {
        name,
        include: filesOf(name),
        // A browser draws when it likes: a scenario may be tried a second time, and the report says so.
        retry: name === 'e2e' ? 1 : 0,
        // What reaches nowhere shares modules: loading them again for each file costs as much as the tests.
        ...(name === 'unit' && {
          setupFiles: ['test/support/stay-inside.ts'],
          isolate: false,
          pool: 'threads' as const,
        }),
      },
    })),
    testTimeout: 20_000,
    hookTimeout: 30_000,
    coverage: {
      provider: 'v8',
      include: ['src/**', 'packages/*/src/**'],
      exclude: ['src/api/generated/**'],
      // What decides about strangers is covered branch by branch.
      thresholds: { 'src/verify/**': { branches: 95 }, 'src/core/**': { branches: 95 } },
      reporter: ['text-summary', 'json-summary', 'html'],
    },
  },
});

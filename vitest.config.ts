import { fileURLToPath } from 'node:url';
import { IMPORTABLE, aliasOf } from './scripts/entry-points.mjs';
import { defineConfig } from 'vitest/config';

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
    // The examples show how to test an application: those tests are run as well.
    include: ['test/**/*.test.ts', 'examples/**/*.test.ts'],
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

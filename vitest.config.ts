import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));
const src = (file: string) => path(`./src/${file}`);

// Tests import the public names; here they mean the sources, so that coverage and stack traces point at what we wrote.
// The packed tarball is tested apart from this (test/package).
export default defineConfig({
  resolve: {
    alias: [
      { find: /^#signature$/, replacement: src('verify/signature.node.ts') },
      { find: /^bailiff$/, replacement: src('index.ts') },
      { find: /^bailiff\/(express|hono)$/, replacement: src('adapters/$1/index.ts') },
      { find: /^bailiff\/(api|webhooks|opentelemetry)$/, replacement: src('$1/index.ts') },
      { find: /^bailiff\/api\/(.+)$/, replacement: src('api/generated/$1.ts') },
      { find: /^bailiff-local$/, replacement: path('./packages/local/src/index.ts') },
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

// What an application carries: bundles each entry with esbuild and compares with its limit. Bytes; gzip at level 9.
//
//   npm run size            prints the table, fails when a limit is passed or something forbidden came along
//
// Bundles the sources, so it needs `npm run generate` but no build. What is measured is ours and what comes with it (jose,
// lru-cache), as a bundler for Workers takes it; frameworks, path-to-regexp, and what is
// loaded with the first webhook stay outside.
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** A limit is in bytes (1 kB = 1,024). `never`: no file of these folders of `src` or `packages` may come along, whatever its size. */
const LIMITS = [
  // What was reached and a twentieth, for all: to pass one of these is a decision, not an accident.
  {
    what: 'bailiff/api: all operations',
    code: "export { createBackendApi } from 'bailiff/api'",
    min: 18_000,
    gzip: 8_150,
    never: ['core', 'verify', 'local'],
  },
  {
    what: 'bailiff/api/users: a resource',
    code: "export * from 'bailiff/api/users'",
    min: 6_200,
    gzip: 3_250,
    never: ['core', 'verify', 'local'],
  },
  {
    what: 'that resource with its client',
    code: "export { createBackendClient } from 'bailiff/api'; export * from 'bailiff/api/users'",
    min: 14_900,
    gzip: 7_050,
    never: ['core', 'verify', 'local'],
  },
  {
    what: 'one operation with its client',
    code: "export { createBackendClient } from 'bailiff/api'; export { get } from 'bailiff/api/users'",
    min: 9_600,
    gzip: 4_620,
    never: ['core', 'local'],
  },
  // What was reached and a fiftieth, jose and lru-cache included (11.5 kB): to pass one of these is a decision, not an accident.
  {
    what: 'bailiff/hono: middleware, guards',
    code: "export { clerkMiddleware, requireAuth, requirePermission, getAuth } from 'bailiff/hono'",
    gzip: 54_700,
    never: ['api', 'local', 'cli', 'webhooks', 'adapters/express'],
  },
  {
    what: 'bailiff/hono',
    code: "export * from 'bailiff/hono'",
    gzip: 57_800,
    never: ['api', 'local', 'cli', 'adapters/express'],
  },
  {
    what: 'bailiff/express',
    code: "export * from 'bailiff/express'",
    gzip: 59_000,
    never: ['api', 'local', 'cli', 'adapters/hono'],
  },
  { what: 'bailiff', code: "export * from 'bailiff'", gzip: 50_200, never: ['api', 'local', 'cli', 'adapters'] },
];

const FILES = {
  bailiff: 'index',
  express: 'adapters/express/index',
  hono: 'adapters/hono/index',
  api: 'api/index',
  webhooks: 'webhooks/index',
};

/** Public names to sources, as vitest.config.ts has them. */
const sources = {
  name: 'sources',
  setup({ onResolve }) {
    onResolve({ filter: /^bailiff(\/|$)/ }, ({ path }) => {
      const name = path.replace(/^bailiff\/?/, '');
      const file = name.startsWith('api/') ? `api/generated/${name.slice(4)}` : FILES[name || 'bailiff'];
      return { path: `${root}src/${file}.ts`, sideEffects: false };
    });
    onResolve({ filter: /^#signature$/ }, () => ({ path: `${root}src/verify/signature.ts`, sideEffects: false }));
  },
};

async function measure({ code, never }) {
  const { outputFiles, metafile } = await build({
    stdin: { contents: code, resolveDir: root, loader: 'ts' },
    ...{
      bundle: true,
      minify: true,
      write: false,
      metafile: true,
      external: ['express', 'hono', 'path-to-regexp', 'hono/*', 'standardwebhooks', 'keyv', '@opentelemetry/api'],
      conditions: ['workerd', 'worker', 'browser'],
      mainFields: ['module', 'main'],
      format: 'esm',
      platform: 'neutral',
      logLevel: 'error',
    },
    plugins: [sources],
  });
  const bytes = outputFiles[0].contents;
  const carried = Object.entries(Object.values(metafile.outputs)[0].inputs).flatMap(([path, { bytesInOutput }]) =>
    bytesInOutput > 0 ? [path] : [],
  );
  const forbidden = carried.filter((path) =>
    (never ?? []).some((folder) => path.startsWith(`src/${folder}/`) || path.startsWith(`packages/${folder}/`)),
  );
  return { min: bytes.length, gzip: gzipSync(bytes, { level: 9 }).length, forbidden };
}

let failed = false;
for (const limit of LIMITS) {
  const found = await measure(limit);
  const over = ['min', 'gzip'].filter((key) => limit[key] !== undefined && found[key] > limit[key]);
  failed ||= over.length > 0 || found.forbidden.length > 0;
  const column = (key) =>
    `${String(found[key]).padStart(7)} ${(limit[key] === undefined ? '' : `of ${limit[key]}`).padEnd(9)}`;
  const verdict = [...over.map((key) => `${key} is over`), ...found.forbidden].join(', ');
  console.log(`${limit.what.padEnd(34)}${column('min')} min${column('gzip')} gzip  ${verdict || 'ok'}`);
}
if (failed) process.exitCode = 1;

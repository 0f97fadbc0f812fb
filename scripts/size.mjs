// What an application carries: bundles each entry with esbuild and compares with its limit. Bytes; gzip at level 9.
//
//   npm run size            prints the table, fails when a limit is passed or something forbidden came along
//
// Bundles the sources, so it needs `npm run generate` but no build. What is measured is ours and what comes with it (jose,
// lru-cache), as a bundler for Workers takes it; frameworks, path-to-regexp, and what is
// loaded with the first webhook stay outside.
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * A limit is in bytes (1 kB = 1,024), of what is loaded up front; what is loaded when it is used (`import()`) has a limit of its own.
 * `never`: no file of these folders of `src` or `packages` may come along, whatever its size.
 */
const LIMITS = [
  // What was reached and a twentieth, for all of the API client: to pass one of these is a decision, not an accident.
  {
    what: 'bailiff/api: all operations',
    code: "export { createBackendApi } from 'bailiff/api'",
    min: 12_550,
    gzip: 5_690,
    later: { min: 5_450, gzip: 3_300 },
    never: ['core', 'verify', 'local'],
  },
  {
    what: 'bailiff/api/users: a resource',
    code: "export * from 'bailiff/api/users'",
    min: 2_400,
    gzip: 1_220,
    later: { min: 4_240, gzip: 2_480 },
    never: ['core', 'verify', 'local'],
  },
  {
    what: 'that resource with its client',
    code: "export { createBackendClient } from 'bailiff/api'; export * from 'bailiff/api/users'",
    min: 10_250,
    gzip: 5_000,
    later: { min: 4_240, gzip: 2_480 },
    never: ['core', 'verify', 'local'],
  },
  {
    what: 'one operation with its client',
    code: "export { createBackendClient } from 'bailiff/api'; export { get } from 'bailiff/api/users'",
    min: 8_350,
    gzip: 4_210,
    never: ['core', 'local'],
  },
  // What was reached and a fiftieth, jose and lru-cache included (11.5 kB): to pass one of these is a decision, not an accident.
  {
    what: 'bailiff/hono: middleware, guards',
    code: "export { clerkMiddleware, requireAuth, requirePermission, getAuth } from 'bailiff/hono'",
    gzip: 59_500,
    never: ['api', 'local', 'cli', 'webhooks', 'adapters/express'],
  },
  {
    what: 'bailiff/hono',
    code: "export * from 'bailiff/hono'",
    gzip: 61_700,
    later: { gzip: 3_330 },
    never: ['api', 'local', 'cli', 'adapters/express'],
  },
  {
    what: 'bailiff/express',
    code: "export * from 'bailiff/express'",
    gzip: 63_100,
    later: { gzip: 3_330 },
    never: ['api', 'local', 'cli', 'adapters/hono'],
  },
  { what: 'bailiff', code: "export * from 'bailiff'", gzip: 54_500, never: ['api', 'local', 'cli', 'adapters'] },
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

async function bundle(input, plugins) {
  const { outputFiles, metafile } = await build({
    ...input,
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
    plugins,
  });
  const [bytes] = outputFiles.map(({ contents }) => contents);
  const [{ inputs, imports }] = Object.values(metafile.outputs);
  return {
    min: bytes.length,
    gzip: gzipSync(bytes, { level: 9 }).length,
    carried: Object.keys(inputs).filter((path) => inputs[path].bytesInOutput > 0),
    later: [...new Set(imports.filter(({ kind }) => kind === 'dynamic-import').map(({ path }) => path))],
  };
}

/** Leaves out what `import()` names: it comes when it is used. Notes where it stands. */
const withoutLater = (places) => ({
  name: 'without what is loaded later',
  setup({ onResolve }) {
    onResolve({ filter: /^\./ }, ({ kind, path, resolveDir }) => {
      if (kind !== 'dynamic-import') return undefined;
      places.set(path, join(resolveDir, path).replace(/\.js$/, '.ts'));
      return { path, external: true };
    });
  },
});

async function measure({ code, never }) {
  const places = new Map();
  const entry = { stdin: { contents: code, resolveDir: root, loader: 'ts' } };
  const front = await bundle(entry, [withoutLater(places), sources]);
  // Each of them whole, also where it shares a module with the front.
  const rest = await Promise.all(front.later.map((path) => bundle({ entryPoints: [places.get(path)] }, [sources])));
  const sum = (key) => rest.reduce((total, found) => total + found[key], 0);
  const forbidden = [front, ...rest]
    .flatMap(({ carried }) => carried)
    .filter((path) =>
      (never ?? []).some((folder) => path.startsWith(`src/${folder}/`) || path.startsWith(`packages/${folder}/`)),
    );
  const later = { min: sum('min'), gzip: sum('gzip'), files: front.later.map((path) => basename(path, '.js')) };
  return { ...front, forbidden, later };
}

let failed = false;
function report(what, found, limit, forbidden = []) {
  const over = ['min', 'gzip'].filter((key) => limit[key] !== undefined && found[key] > limit[key]);
  failed ||= over.length > 0 || forbidden.length > 0;
  const column = (key) =>
    `${String(found[key]).padStart(7)} ${(limit[key] === undefined ? '' : `of ${limit[key]}`).padEnd(9)}`;
  const verdict = [...over.map((key) => `${key} is over`), ...forbidden].join(', ');
  console.log(`${what.padEnd(36)}${column('min')} min${column('gzip')} gzip  ${verdict || 'ok'}`);
}
for (const limit of LIMITS) {
  const { later, forbidden, ...front } = await measure(limit);
  report(limit.what, front, limit, forbidden);
  // Without a limit nothing may be put off.
  if (later.files.length > 0) report(`  later: ${later.files.join(', ')}`, later, limit.later ?? { min: 0 });
}
if (failed) process.exitCode = 1;

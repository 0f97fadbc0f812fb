/**
 * The size of each entry point in the bundle of an application, made with esbuild and compared with its limit. Bytes; gzip at level 9.
 *
 *   npm run size            prints the table, fails when a limit is passed or something forbidden came along
 *
 * Bundles the sources, so it needs `npm run generate` but no build. What is measured is ours and what comes with it (jose,
 * lru-cache), as a bundler for Workers takes it; frameworks, path-to-regexp, and what is loaded with the first webhook stay
 * outside.
 */
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { FOR_WORKERS, fromSources } from './bundle-for-workers.mjs';
import { ENTRY_POINTS, PEERS, mayCarry, sampleOf } from './entry-points.mjs';

/**
 * @typedef {import('./entry-points.mjs').EntryPoint} EntryPoint
 * @typedef {import('./entry-points.mjs').Limit} Limit
 * @typedef {{ min: number, gzip: number }} Size
 *
 * @typedef {object} Bundle
 * @property {string} what
 * @property {string} code
 * @property {readonly EntryPoint[]} of what its entry points may not carry, it may not
 * @property {Limit & { later?: Limit, whole?: Limit }} limit of what is loaded up front. What is loaded when it is used (`import()`) has one
 *   of its own: `later`, for these files alone; or `whole`, for all together, as a bundler takes it that joins them (wrangler)
 * @property {readonly string[]} [never] more that it may not carry
 */

const root = fileURLToPath(new URL('..', import.meta.url));

const entry = (/** @type {string} */ name) => ENTRY_POINTS.find((row) => row.name === name) ?? fail(name);
/**
 * @param {string} name
 * @returns {never}
 */
function fail(name) {
  throw new Error(`${name} is not in scripts/entry-points.mjs.`);
}

/** @type {readonly Bundle[]} */
const WHOLE = ENTRY_POINTS.flatMap((row) =>
  row.size === undefined
    ? []
    : [{ what: sampleOf(row), code: `export * from '${sampleOf(row)}'`, of: [row], limit: row.size }],
);
/**
 * Parts of entry points that applications commonly import.
 * @type {readonly Bundle[]}
 */
const PARTS = [
  {
    what: 'bailiff/api: all operations',
    code: "export { createBackendApi } from 'bailiff/api'",
    of: [entry('bailiff/api')],
    // 5.2 kB is the most that it may have. The 46 operations that the base document lacks are some 270 bytes of it.
    limit: { min: 13_000, gzip: 5_249, later: { min: 10_680, gzip: 5_850 } },
  },
  {
    what: 'bailiff/api/users with its client',
    code: "export { createBackendClient } from 'bailiff/api'; export * from 'bailiff/api/users'",
    of: [entry('bailiff/api')],
    limit: { min: 11_260, gzip: 4_450, later: { min: 8_940, gzip: 4_825 } },
  },
  {
    what: 'one operation with its client',
    code: "export { createBackendClient } from 'bailiff/api'; export { get } from 'bailiff/api/users'",
    of: [entry('bailiff/api')],
    limit: { min: 7_035, gzip: 3_490, later: { min: 3_500, gzip: 1_815 } },
  },
  {
    what: 'bailiff/hono: middleware, guards',
    code: "export { clerkMiddleware, requireAuth, requirePermission, getAuth } from 'bailiff/hono'",
    of: [entry('bailiff/hono')],
    // 48 kB is the most that it may have.
    limit: { gzip: 48_000, whole: { gzip: 66_000 } },
    never: ['src/webhooks/'],
  },
];

const OUTSIDE = [...PEERS.flatMap((name) => [name, `${name}/*`]), 'keyv', 'path-to-regexp', 'standardwebhooks'];

/**
 * @param {import('esbuild').BuildOptions} input
 * @param {readonly import('esbuild').Plugin[]} plugins
 */
async function bundle(input, plugins) {
  const { outputFiles, metafile } = await build({
    ...FOR_WORKERS,
    ...input,
    minify: true,
    write: false,
    metafile: true,
    external: OUTSIDE,
    logLevel: 'error',
    plugins: [...plugins],
  });
  const [file] = outputFiles;
  const [output] = Object.values(metafile.outputs);
  if (file === undefined || output === undefined) throw new Error('esbuild wrote no file.');
  return {
    min: file.contents.length,
    gzip: gzipSync(file.contents, { level: 9 }).length,
    carried: Object.entries(output.inputs).flatMap(([path, { bytesInOutput }]) => (bytesInOutput > 0 ? [path] : [])),
    later: [...new Set(output.imports.flatMap(({ kind, path }) => (kind === 'dynamic-import' ? [path] : [])))],
  };
}

/**
 * Leaves out modules that are loaded on demand (`import()`), and notes their paths.
 * @param {Map<string, string>} places
 * @returns {import('esbuild').Plugin}
 */
const withoutLater = (places) => ({
  name: 'without what is loaded later',
  setup(bundler) {
    bundler.onResolve({ filter: /^\./ }, ({ kind, path, resolveDir }) => {
      if (kind !== 'dynamic-import') return undefined;
      places.set(path, join(resolveDir, path).replace(/\.js$/, '.ts'));
      return { path, external: true };
    });
  },
});

async function measure(/** @type {Bundle} */ { code, of, never = [] }) {
  /** @type {Map<string, string>} */
  const places = new Map();
  /** @type {import('esbuild').BuildOptions} */
  const input = { stdin: { contents: code, resolveDir: root, loader: 'ts' } };
  const front = await bundle(input, [withoutLater(places), fromSources]);
  const whole = await bundle(input, [fromSources]);
  // Each with all that it imports, also modules that are loaded up front anyway.
  const rest = await Promise.all(
    front.later.map((path) => bundle({ entryPoints: [places.get(path) ?? path] }, [fromSources])),
  );
  const sum = (/** @type {keyof Size} */ key) => rest.reduce((total, found) => total + found[key], 0);
  const forbidden = [front, ...rest]
    .flatMap(({ carried }) => carried)
    .filter((path) => !of.every((row) => mayCarry(row, path)) || never.some((folder) => path.startsWith(folder)));
  const later = { min: sum('min'), gzip: sum('gzip'), files: front.later.map((path) => basename(path, '.js')) };
  return { front, forbidden, later, whole };
}

/** @type {readonly (keyof Size)[]} */
const KEYS = ['min', 'gzip'];
let failed = false;
/**
 * @param {string} what
 * @param {Size} found
 * @param {Limit} limit
 * @param {readonly string[]} [forbidden]
 */
function report(what, found, limit, forbidden = []) {
  const over = KEYS.filter((key) => found[key] > (limit[key] ?? Infinity));
  failed ||= over.length > 0 || forbidden.length > 0;
  const column = (/** @type {keyof Size} */ key) =>
    `${String(found[key]).padStart(7)} ${(limit[key] === undefined ? '' : `of ${limit[key]}`).padEnd(9)}`;
  const verdict = [...over.map((key) => `${key} is over`), ...forbidden].join(', ');
  console.log(`${what.padEnd(36)}${column('min')} min${column('gzip')} gzip  ${verdict || 'ok'}`);
}
for (const part of [...WHOLE, ...PARTS]) {
  const { front, later, whole, forbidden } = await measure(part);
  report(part.what, front, part.limit, forbidden);
  // A bundle without a limit for modules on demand must have none.
  if (part.limit.whole !== undefined) report(`  with ${later.files.join(', ')}`, whole, part.limit.whole);
  else if (later.files.length > 0) report(`  later: ${later.files.join(', ')}`, later, part.limit.later ?? { min: 0 });
}
if (failed) process.exitCode = 1;

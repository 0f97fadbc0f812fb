/** What a library weighs: its bundle for a Hono app, and the time of a cold import. */
import { spawnSync } from 'node:child_process';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { median } from './lib/stats.mjs';

const root = new URL('..', import.meta.url).pathname;

/**
 * A minified bundle of `contents`, as bytes.
 * @param {string} contents
 * @param {import('esbuild').BuildOptions} options
 */
async function bundle(contents, options) {
  const {
    outputFiles: [output],
  } = await build({
    ...options,
    stdin: { contents, resolveDir: root },
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    // Not the sources, to which this repository's own tsconfig would lead.
    tsconfigRaw: '{}',
    mainFields: ['module', 'main'],
    logLevel: 'silent',
  });
  if (output === undefined) throw new Error('esbuild wrote no file.');
  return output.contents;
}

const gzipped = (/** @type {Uint8Array} */ code) => gzipSync(code, { level: 9 }).length;

/**
 * @typedef {object} How
 * @property {string} [names]
 * @property {string[]} [conditions]
 * @property {import('esbuild').Platform} [platform]
 * @property {string[]} [external]
 */

/**
 * @param {string} specifier
 * @param {How} [how]
 */
export async function measureBundle(
  specifier,
  { names = '*', conditions = ['node'], platform = 'node', external = ['hono', 'hono/*', 'express', 'node:*'] } = {},
) {
  const code = await bundle(`export ${names} from '${specifier}'`, { platform, conditions, external });
  return { minified: code.length, gzip: gzipped(code) };
}

/** Parts that an application may do without, by the files that hold them. (Go's regular expressions, as esbuild takes them.) */
const PARTS = {
  'browser sessions: handshake, refresh, satellites': 'src/core/session/',
  'API keys, M2M and OAuth tokens': 'src/verify/(opaque|opaque-answer|readers)\\.ts',
  'a store shared by a fleet, sealed': 'src/verify/(shared-store|seal)\\.ts',
  'keys: JWKS and its outages, PEM': 'src/verify/(key-source|key-store|jwks|pem|keys)\\.ts',
  'calls of the Backend API': 'src/core/backend-api/',
  'requirements of guards, and their answers': 'src/core/(guards/|auth/reverification)',
  'options: checks, and messages that help':
    'src/core/config/(accepts|cache|checks|conceal|keys|organ|publish|resolve|satell|sha1)',
  'organization patterns (path-to-regexp)': 'node_modules/path-to-regexp/',
  'the Frontend API proxy': 'src/core/proxy/',
  'texts of errors and reasons': 'src/errors\\.ts',
};

/** The names that a module exports, by whatever form. @param {string} path */
async function exportsOf(path) {
  const { metafile } = await build({
    entryPoints: [path],
    bundle: true,
    write: false,
    metafile: true,
    format: 'esm',
    platform: 'node',
    packages: 'external',
    external: ['#signature'],
    logLevel: 'silent',
  });
  return Object.values(metafile.outputs).flatMap((output) => output.exports);
}

/**
 * Modules whose path matches, as names without anything behind them.
 * @param {string} pattern
 * @returns {import('esbuild').Plugin}
 */
const leftOut = (pattern) => ({
  name: 'left-out',
  setup(bundler) {
    bundler.onLoad({ filter: new RegExp(pattern) }, async ({ path }) => {
      if (path.includes('/path-to-regexp/')) return { contents: 'export const match = 0' };
      const names = await exportsOf(path);
      return { contents: names.map((name) => `export const ${name} = globalThis.nothing;`).join('') };
    });
  },
});

/**
 * gzip bytes that leaving out each part of {@link PARTS} would save in a bundle of `names`, and what is left without all of them.
 * @param {string} names
 */
export async function measureParts(names) {
  const sizeWithout = async (/** @type {string[]} */ ...patterns) =>
    gzipped(
      await bundle(`export ${names} from './src/adapters/hono/index.ts'`, {
        platform: 'node',
        external: ['hono', 'hono/*', 'node:*'],
        alias: { '#signature': `${root}src/verify/signature.node.ts` },
        plugins: patterns.length === 0 ? [] : [leftOut(patterns.join('|'))],
      }),
    );
  const whole = await sizeWithout();
  /** @type {[part: string, bytes: number][]} */
  const parts = [];
  for (const [part, pattern] of Object.entries(PARTS)) parts.push([part, whole - (await sizeWithout(pattern))]);
  return { parts: parts.sort(([, a], [, b]) => b - a), rest: await sizeWithout(...Object.values(PARTS)) };
}

/**
 * Milliseconds that `import(specifier)` adds to a bare start of Node, as medians of interleaved fresh processes.
 * @param {readonly string[]} specifiers
 */
export function measureImports(specifiers, rounds = 15) {
  /** @type {Map<string, number[]>} */
  const samples = new Map(specifiers.map((specifier) => [specifier, []]));
  for (let round = 0; round < rounds; round++) {
    for (const specifier of specifiers) {
      const script = `const s = performance.now(); await import('${specifier}'); process.stdout.write(String(performance.now() - s))`;
      const { stdout, status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
        cwd: root,
        encoding: 'utf8',
      });
      if (status !== 0) throw new Error(stderr);
      samples.get(specifier)?.push(Number(stdout));
    }
  }
  return new Map([...samples].map(([specifier, values]) => [specifier, median(values)]));
}

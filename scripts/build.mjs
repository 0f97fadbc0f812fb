/**
 * `dist/` as it is published: tsc writes declarations and modules; then what a server imports is joined by esbuild, because
 * at a cold start each file costs more than what stands in it. The code stays readable: nothing is renamed or minified.
 *
 * The offline instance and the command are joined too, apart: they share no object with a server, and so need none of its files.
 *
 * The API client stays as tsc wrote it: one takes of it what one needs. What it shares with the joined part keeps its own file,
 * which re-exports from there, so that every class exists once.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const packages = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies }).flatMap((name) => [
  name,
  `${name}/*`,
]);

const ENTRIES = [
  'index.js',
  'adapters/express/index.js',
  'adapters/hono/index.js',
  'webhooks/index.js',
  'opentelemetry/index.js',
];
const TOOLS = ['local/index.js', 'cli/main.js'];
const SEPARATE = ['api/'];
/**
 * Packages that are published inside, under the licenses that stand beside: a package is more to load than its one file.
 * Never lru-cache: it has a build for each runtime, and the one for Node, which would be joined here, imports
 * `node:diagnostics_channel`, which Workers lack. Never jose: a server on Node loads it late, if at all.
 */
const JOINED = ['path-to-regexp'];
/** Chosen by the runtime through `imports` in package.json. */
const CONDITIONAL = ['verify/signature.js', 'verify/signature.node.js'];

rmSync(dist, { recursive: true, force: true });
execFileSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.build.json'], {
  cwd: root,
  stdio: 'inherit',
});

const modules = readdirSync(dist, { recursive: true, encoding: 'utf8' })
  .map((file) => file.replaceAll('\\', '/'))
  .filter((file) => file.endsWith('.js'));
const isSeparate = (file) => SEPARATE.some((folder) => file.startsWith(folder)) || CONDITIONAL.includes(file);

const importsOf = (file) =>
  [...readFileSync(join(dist, file), 'utf8').matchAll(/(?:\bfrom|\bimport)\s*\(?\s*['"](\.[^'"]+)['"]/g)].map(
    ([, specifier]) => relative(dist, resolve(dist, dirname(file), specifier)).replaceAll('\\', '/'),
  );
const shared = [...new Set(modules.filter(isSeparate).flatMap(importsOf))].filter((file) => !isSeparate(file));

// One entry for everything that the separate files need, so that it does not fall into a piece for each of them.
const base = join(dist, 'shared/base.js');
const namesOf = async (file) => Object.keys(await import(pathToFileURL(join(dist, file)).href)).join(', ');
const exported = new Map();
for (const file of shared) if (!ENTRIES.includes(file)) exported.set(file, await namesOf(file));
const reExport = (names, from) => (names === '' ? 'export {};\n' : `export { ${names} } from '${from}';\n`);
mkdirSync(dirname(base));
writeFileSync(base, [...exported].map(([file, names]) => reExport(names, `../${file}`)).join(''));

const separate = {
  name: 'separate',
  setup({ onResolve }) {
    onResolve({ filter: /^\./ }, ({ importer, path, resolveDir }) => {
      const file = relative(dist, resolve(resolveDir, path)).replaceAll('\\', '/');
      if (!isSeparate(file)) return undefined;
      throw new Error(`${relative(dist, importer)} imports ${file}, which stays a file of its own.`);
    });
  },
};

const common = {
  outdir: dist,
  outbase: dist,
  allowOverwrite: true,
  bundle: true,
  splitting: true,
  format: 'esm',
  target: 'es2022',
  // Everything but what stands in JOINED.
  external: ['#signature', 'node:*', ...packages],
  legalComments: 'none',
  logLevel: 'warning',
};
await build({
  ...common,
  entryPoints: TOOLS.map((file) => join(dist, file)),
  chunkNames: 'local/[name]-[hash]',
  platform: 'node',
});
await build({
  ...common,
  entryPoints: [...ENTRIES.map((file) => join(dist, file)), base],
  chunkNames: 'shared/[hash]',
  platform: 'neutral',
  mainFields: ['module', 'main'],
  plugins: [separate],
});

const kept = [...ENTRIES, ...TOOLS];
for (const file of modules) if (!isSeparate(file) && !kept.includes(file)) rmSync(join(dist, file));
for (const [file, names] of exported) {
  const path = relative(dirname(join(dist, file)), base).replaceAll('\\', '/');
  writeFileSync(join(dist, file), reExport(names, path.startsWith('.') ? path : `./${path}`));
}
const notices = JOINED.map((name) => `${name}\n\n${readFileSync(join(root, 'node_modules', name, 'LICENSE'), 'utf8')}`);
writeFileSync(join(dist, 'shared/LICENSES.txt'), notices.join('\n'));

/**
 * Both packages' `dist/` as they are published: tsc writes declarations and modules; then what a server imports is joined by esbuild, because
 * at a cold start each file costs more than what stands in it. The code stays readable: nothing is renamed or minified.
 *
 * `bailiff-local` is joined too, with a copy of the few modules that it shares: it has no object in common with a server. It carries the OpenAPI document.
 *
 * The API client stays as tsc wrote it: one takes of it what one needs. What it shares with the joined part keeps its own file,
 * which re-exports from there, so that every class exists once.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { DOCUMENT_PATH, readJson } from './lib/document.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');
const local = join(root, 'packages/local');
const packagesOf = (path) => {
  const manifest = readJson(path);
  return Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies }).flatMap((name) => [name, `${name}/*`]);
};

const ENTRIES = [
  'index.js',
  'adapters/express/index.js',
  'adapters/hono/index.js',
  'webhooks/index.js',
  'opentelemetry/index.js',
];
const SEPARATE = ['api/', 'bin/'];
/** Packages that are published inside, under the licenses that stand beside: a package is more to load than its one file. */
const JOINED = ['path-to-regexp'];
/** Chosen by the runtime through `imports` in package.json. */
const CONDITIONAL = ['verify/signature.js', 'verify/signature.node.js'];

const tsc = (project) =>
  execFileSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', project], {
    cwd: root,
    stdio: 'inherit',
  });

for (const folder of [dist, join(local, 'dist')]) rmSync(folder, { recursive: true, force: true });
tsc('tsconfig.build.json');

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
  bundle: true,
  splitting: true,
  format: 'esm',
  target: 'es2022',
  legalComments: 'none',
  logLevel: 'warning',
};
await build({
  ...common,
  outdir: dist,
  outbase: dist,
  allowOverwrite: true,
  // Everything but what stands in JOINED.
  external: ['#signature', 'node:*', ...packagesOf('package.json')],
  entryPoints: [...ENTRIES.map((file) => join(dist, file)), base],
  chunkNames: 'shared/[hash]',
  platform: 'neutral',
  mainFields: ['module', 'main'],
  plugins: [separate],
});

for (const file of modules) if (!isSeparate(file) && !ENTRIES.includes(file)) rmSync(join(dist, file));
for (const [file, names] of exported) {
  const path = relative(dirname(join(dist, file)), base).replaceAll('\\', '/');
  writeFileSync(join(dist, file), reExport(names, path.startsWith('.') ? path : `./${path}`));
}
const notices = JOINED.map((name) => `${name}\n\n${readFileSync(join(root, 'node_modules', name, 'LICENSE'), 'utf8')}`);
writeFileSync(join(dist, 'shared/LICENSES.txt'), notices.join('\n'));

await build({
  ...common,
  outdir: join(local, 'dist'),
  outbase: join(local, 'src'),
  entryPoints: ['index.ts', 'cli/main.ts'].map((file) => join(local, 'src', file)),
  chunkNames: 'shared/[name]-[hash]',
  platform: 'node',
  alias: { '#signature': join(root, 'src/verify/signature.node.ts') },
  external: [...packagesOf('package.json'), ...packagesOf('packages/local/package.json')],
});
tsc('packages/local/tsconfig.build.json');
takeTypes(join(local, 'dist'));
writeFileSync(join(local, 'dist/shared/LICENSES.txt'), notices.join('\n'));
mkdirSync(join(local, 'dist/spec'));
writeFileSync(join(local, 'dist', DOCUMENT_PATH), JSON.stringify(readJson(DOCUMENT_PATH)));

/** tsc repeats the repository's folders below `types`; the package keeps its own. */
function takeTypes(folder) {
  const own = join(folder, 'types/packages/local/src');
  for (const file of readdirSync(own, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.d.ts'))) {
    const outside = /['"](?:\.\.\/)+src\/[^'"]*['"]/.exec(readFileSync(join(own, file), 'utf8'));
    if (outside) throw new Error(`The types of ${file} need ${outside[0]}, which is another package's.`);
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    renameSync(join(own, file), join(folder, file));
  }
  rmSync(join(folder, 'types'), { recursive: true });
}

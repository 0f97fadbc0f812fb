/**
 * Builds `dist/` of both packages as it is published. tsc writes declarations and modules. esbuild joins the modules that a server
 * imports into a few files, because at a cold start opening a file costs more than running it. The code stays readable: nothing is
 * renamed or minified.
 *
 * The API client keeps a file for each of its modules, so that an application loads only the resources that it uses. A module that it
 * shares with the joined part keeps its own file, which re-exports from there, so that every class exists once.
 *
 * `bailiff-local` is joined with a copy of the few modules that it shares with `bailiff`: it has no object in common with a server. It
 * carries the documents of both APIs.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { ENTRY_POINTS, IMPORTABLE, moduleOf } from './entry-points.mjs';
import { buildCommonJs } from './lib/commonjs.mjs';
import { publishTypes, relativeImports } from './lib/declarations.mjs';
import { indentByTabs } from './lib/indent-by-tabs.mjs';
import { FRONTEND_DOCUMENT_PATH, MERGED_PATH, readJson } from './lib/document.mjs';

/**
 * @typedef {object} Manifest
 * @property {Record<string, string>} [dependencies]
 * @property {Record<string, string>} [peerDependencies]
 * @property {Record<string, Target | string>} exports
 * @property {Record<string, Target>} [imports]
 *
 * @typedef {Record<string, string>} Target
 */

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');
const local = join(root, 'packages/local');
const localDist = join(local, 'dist');

const SEPARATE = ['api/', 'bin/'];
/**
 * Packages that are published inside, under the licenses that stand beside: a package is more to load than its one file.
 * Never lru-cache: its newer versions have a build for each runtime, and the one for Node, which would be joined here, imports
 * `node:diagnostics_channel`, which Workers lack. Never jose: a server on Node loads it late, if at all.
 */
const JOINED = ['path-to-regexp'];
/** Modules that the runtime chooses through `imports` in package.json, and what they load. Joined with others, they would load jose. */
const CONDITIONAL = ['verify/signature.js', 'verify/signature.node.js', 'verify/spki.js'];
const ENTRIES = ENTRY_POINTS.filter((entry) => entry.package === 'bailiff')
  .map(moduleOf)
  .filter((file) => !isSeparate(file));
const LOCAL_ENTRIES = ENTRY_POINTS.filter((entry) => entry.package === 'bailiff-local').map(({ source }) => source);

const tsc = (/** @type {string} */ project) =>
  execFileSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', project], {
    cwd: root,
    stdio: 'inherit',
  });
const filesBelow = (/** @type {string} */ folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((file) => file.replaceAll('\\', '/'));
const readManifest = (/** @type {string} */ path) => /** @type {Manifest} */ (readJson(path));
const packagesOf = (/** @type {string} */ path) => {
  const manifest = readManifest(path);
  return Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies });
};
const libraryPackages = packagesOf('package.json');
const localPackages = packagesOf('packages/local/package.json');
const withPaths = (/** @type {readonly string[]} */ packages) => packages.flatMap((name) => [name, `${name}/*`]);

/** @satisfies {import('esbuild').BuildOptions} */
const common = {
  bundle: true,
  splitting: true,
  format: 'esm',
  target: 'es2022',
  legalComments: 'none',
  logLevel: 'warning',
};
const notices = JOINED.map((name) => `${name}\n\n${readFileSync(join(root, 'node_modules', name, 'LICENSE'), 'utf8')}`);

/**
 * All modules that core and verify load on demand (`import()`) become one file. With more of them, esbuild would split what they share
 * with the rest into files of its own, and a cold start pays for each file.
 */
const LATER = 'chunks/later.js';
/** The modules that the joined part shares with the files that are published on their own. */
const BASE = 'chunks/base.js';
/** Modules that only some entries use, and that are cheaper in the base than in files of their own. */
const SMALL = ['ground/is-record.js', 'webhooks/errors.js', 'webhooks/read-stream.js'];
/** The greatest number of files of this package that a server may load at its start. */
const MOST_FILES = 5;
const isLater = (/** @type {string} */ file) => /^(?:core|verify)\//.test(file);

/** @type {import('esbuild').Plugin} */
const joinLater = {
  name: 'join what is loaded later',
  setup(bundler) {
    bundler.onResolve({ filter: /^\./ }, ({ kind, path, resolveDir }) =>
      kind === 'dynamic-import' && isLater(fileOf(resolve(resolveDir, path))) ? { path: join(dist, LATER) } : undefined,
    );
  },
};

/**
 * esbuild puts modules that are reached from the same entries into one file, so an entry that reaches a few modules less splits the
 * rest into small files. This plugin makes each entry reach what the largest of its kind reaches: a server then loads three files of
 * this package instead of a dozen.
 *
 * @param {ReadonlySet<string>} starts the entries, and the modules that are loaded on demand
 * @returns {import('esbuild').Plugin}
 */
const joinEarly = (starts) => ({
  name: 'join what is loaded together',
  setup(bundler) {
    // Without `sideEffects` esbuild leaves out an import that names nothing.
    bundler.onResolve({ filter: /^[./]/ }, ({ kind, path, resolveDir }) =>
      kind === 'dynamic-import' ? undefined : { path: resolve(resolveDir, path), sideEffects: true },
    );
    bundler.onLoad({ filter: /\.js$/ }, ({ path }) => {
      const file = fileOf(path);
      if (!starts.has(file)) return undefined;
      const reached = [BASE, ...SMALL, ...(isServer(file) ? ['index.js', 'core/index.js'] : [])];
      const imports = reached
        .filter((other) => other !== file)
        .map((other) => `import './${relative(dirname(path), join(dist, other))}';\n`);
      return { contents: imports.join('') + readFileSync(path, 'utf8'), resolveDir: dirname(path) };
    });
  },
});

/**
 * The joined part must not reach into files that are published on their own.
 * @type {import('esbuild').Plugin}
 */
const separate = {
  name: 'separate',
  setup(bundler) {
    bundler.onResolve({ filter: /^\./ }, ({ importer, path, resolveDir }) => {
      const file = relative(dist, resolve(resolveDir, path)).replaceAll('\\', '/');
      if (!isSeparate(file)) return undefined;
      throw new Error(`${relative(dist, importer)} imports ${file}, which stays a file of its own.`);
    });
  },
};

for (const folder of [dist, localDist]) rmSync(folder, { recursive: true, force: true });
await buildLibrary();
await buildLocal();

async function buildLibrary() {
  tsc('tsconfig.build.json');
  const modules = filesBelow(dist).filter((file) => file.endsWith('.js'));
  const shared = [...new Set(modules.filter(isSeparate).flatMap(importsOf))].filter((file) => !isSeparate(file));

  // One entry for everything that the separate files need, so that it does not fall into a piece for each of them.
  const base = join(dist, BASE);
  const namesOf = async (/** @type {string} */ file) => {
    /** @type {unknown} */
    const module = await import(pathToFileURL(join(dist, file)).href);
    return Object.keys(/** @type {object} */ (module)).join(', ');
  };
  /** @type {Map<string, string>} */
  const exported = new Map();
  for (const file of shared) if (!ENTRIES.includes(file)) exported.set(file, await namesOf(file));
  const reExport = (/** @type {string} */ names, /** @type {string} */ from) =>
    names === '' ? 'export {};\n' : `export { ${names} } from '${from}';\n`;
  mkdirSync(dirname(base));
  const later = modules.filter((file) => !isSeparate(file)).flatMap(laterImportsOf);
  writeFileSync(
    join(dist, LATER),
    [...new Set(later.filter(isLater))].map((file) => `export * from '../${file}';\n`).join(''),
  );
  writeFileSync(base, [...exported].map(([file, names]) => reExport(names, `../${file}`)).join(''));

  const {
    metafile: { outputs },
  } = await build({
    ...common,
    metafile: true,
    outdir: dist,
    outbase: dist,
    allowOverwrite: true,
    entryPoints: [...ENTRIES.map((file) => join(dist, file)), base],
    chunkNames: 'chunks/[hash]',
    platform: 'neutral',
    mainFields: ['module', 'main'],
    // Everything but what stands in JOINED.
    external: ['#signature', 'node:*', ...withPaths(libraryPackages)],
    plugins: [joinLater, separate, joinEarly(new Set([...ENTRIES, BASE, LATER, ...later]))],
  });
  for (const entry of ENTRIES) {
    const files = filesLoadedWith(relative(process.cwd(), join(dist, entry)), outputs);
    if (files.size > MOST_FILES) throw new Error(`${entry} loads ${[...files].join(', ')}: see SMALL in build.mjs.`);
  }
  // The declarations have the comments.
  await build({
    ...common,
    bundle: false,
    splitting: false,
    outdir: dist,
    outbase: dist,
    allowOverwrite: true,
    entryPoints: modules.filter((file) => file.startsWith('api/')).map((file) => join(dist, file)),
  });

  // esbuild has put its content into a chunk.
  rmSync(join(dist, LATER));
  for (const file of modules) if (!isSeparate(file) && !ENTRIES.includes(file)) rmSync(join(dist, file));
  for (const [file, names] of exported) {
    const path = relative(dirname(join(dist, file)), base).replaceAll('\\', '/');
    writeFileSync(join(dist, file), reExport(names, path.startsWith('.') ? path : `./${path}`));
  }
  const importable = importableModules('bailiff', dist);
  publishTypes(dist, { entries: importable, others: ['verify/signature.d.ts'] });
  await buildCommonJs({
    owner: 'bailiff',
    dist,
    modules: importable,
    external: withPaths(libraryPackages),
  });
  for (const file of filesBelow(dist).filter((name) => name.endsWith('.js'))) await indentByTabs(join(dist, file));
  writeFileSync(join(dist, 'chunks/LICENSES.txt'), notices.join('\n'));
}

async function buildLocal() {
  const {
    metafile: { outputs },
  } = await build({
    ...common,
    outdir: localDist,
    outbase: join(local, 'src'),
    entryPoints: LOCAL_ENTRIES.map((file) => join(root, file)),
    chunkNames: 'chunks/[name]-[hash]',
    platform: 'node',
    alias: { '#signature': join(root, 'src/verify/signature.node.ts') },
    external: withPaths([...libraryPackages, ...localPackages]),
    metafile: true,
  });
  const external = Object.values(outputs).flatMap(({ imports }) => imports.filter((found) => found.external));
  const isDeclared = (/** @type {string} */ path) =>
    localPackages.some((name) => path === name || path.startsWith(`${name}/`));
  const unknown = external.map(({ path }) => path).filter((path) => !isBuiltin(path) && !isDeclared(path));
  if (unknown.length > 0) throw new Error(`packages/local/package.json lacks ${[...new Set(unknown)].join(', ')}.`);

  // tsc repeats the repository's folders below `types`; the package keeps its own.
  tsc('packages/local/tsconfig.build.json');
  cpSync(join(localDist, 'types/packages/local/src'), localDist, { recursive: true });
  rmSync(join(localDist, 'types'), { recursive: true });
  const importable = importableModules('bailiff-local', localDist);
  publishTypes(localDist, { entries: importable });
  await buildCommonJs({
    owner: 'bailiff-local',
    dist: localDist,
    modules: importable,
    external: withPaths([...libraryPackages, ...localPackages]),
  });
  writeFileSync(join(localDist, 'chunks/LICENSES.txt'), notices.join('\n'));
  mkdirSync(join(localDist, 'spec'));
  for (const path of [MERGED_PATH, FRONTEND_DOCUMENT_PATH])
    writeFileSync(join(localDist, path), JSON.stringify(readJson(path)));
}

/**
 * The modules that an application can import, from `folder`; a `*` stands for every file of its folder.
 * @param {'bailiff' | 'bailiff-local'} owner
 * @param {string} folder
 */
function importableModules(owner, folder) {
  const declared = filesBelow(folder).filter((file) => file.endsWith('.d.ts'));
  return IMPORTABLE.filter((entry) => entry.package === owner).flatMap((entry) => {
    const [start = '', end] = moduleOf(entry).split('*');
    if (end === undefined) return [start];
    return declared.filter((file) => file.startsWith(start)).map((file) => file.replace(/\.d\.ts$/, '.js'));
  });
}

/**
 * The file itself and all that it imports at once.
 * @param {string} file
 * @param {import('esbuild').Metafile['outputs']} outputs
 * @returns {Set<string>}
 */
function filesLoadedWith(file, outputs, seen = new Set([file])) {
  for (const { path, kind, external } of outputs[file]?.imports ?? [])
    if (kind === 'import-statement' && !external && !seen.has(path)) filesLoadedWith(path, outputs, seen.add(path));
  return seen;
}

/** Entries that make an authenticator, and what they load later. */
function isServer(/** @type {string} */ file) {
  return file === 'index.js' || file === LATER || /^(?:adapters|core|verify)\//.test(file);
}

function isSeparate(/** @type {string} */ file) {
  return SEPARATE.some((folder) => file.startsWith(folder)) || CONDITIONAL.includes(file);
}

function fileOf(/** @type {string} */ path) {
  return relative(dist, path).replaceAll('\\', '/');
}

function laterImportsOf(/** @type {string} */ file) {
  const path = join(dist, file);
  return [...readFileSync(path, 'utf8').matchAll(/\bimport\(['"](\.[^'"]+)['"]\)/g)].map(([, specifier = '']) =>
    fileOf(resolve(dirname(path), specifier)),
  );
}

function importsOf(/** @type {string} */ file) {
  return relativeImports(join(dist, file)).map((path) => relative(dist, path).replaceAll('\\', '/'));
}

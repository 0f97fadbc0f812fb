/**
 * The CommonJS build of a package: all of its entry points in one file, each run when it is first required, and beside each module for
 * `import` a stub that leads there. One file, because esbuild cannot split CommonJS, and so that no class and no state exists twice.
 *
 * It is made for Node.js, Bun and Deno, and minified: the ES modules are the ones to read.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { build } from 'esbuild';
import { IMPORTABLE, moduleOf } from '../entry-points.mjs';
import { ROOT } from './document.mjs';

const FILE = 'commonjs.cjs';

/**
 * @param {object} options
 * @param {'bailiff' | 'bailiff-local'} options.owner
 * @param {string} options.dist its folder
 * @param {readonly string[]} options.modules that can be imported, from there (`adapters/hono/index.js`)
 * @param {readonly string[]} options.external packages that stay outside
 */
export async function buildCommonJs({ owner, dist, modules, external }) {
  const listed = IMPORTABLE.filter((entry) => entry.package === owner);
  const loaderOf = (/** @type {string} */ module) => {
    const source = listed.find((one) => moduleOf(one) === module)?.source ?? `src/${module.replace(/\.js$/, '.ts')}`;
    const resource = resourceIn(source);
    return resource === null
      ? `require(${JSON.stringify(`./${source}`)})`
      : `require('./src/api/create-backend-api.ts').decodeResources([])[${JSON.stringify(resource)}]`;
  };
  const entries = modules.map((module) => `  ${JSON.stringify(module)}: () => ${loaderOf(module)},`);
  await build({
    stdin: { contents: `module.exports = {\n${entries.join('\n')}\n};\n`, resolveDir: ROOT, loader: 'js' },
    outfile: join(dist, FILE),
    bundle: true,
    format: 'cjs',
    platform: 'node',
    target: 'es2022',
    minify: true,
    // Node.js prints the line that threw.
    lineLimit: 200,
    legalComments: 'none',
    logLevel: 'warning',
    banner: { js: "const bailiffUrl=require('node:url').pathToFileURL(__filename).href;" },
    // Here a module of Node can be had at any time, on every version.
    define: { 'import.meta.url': 'bailiffUrl', 'process.getBuiltinModule': 'require' },
    // A package that is loaded late is required: Jest has no `import()`.
    supported: { 'dynamic-import': false },
    alias: { '#signature': join(ROOT, 'src/verify/signature.node.ts') },
    external: [...external],
  });
  for (const module of modules) {
    const stub = join(dist, module.replace(/\.js$/, '.cjs'));
    const path = relative(dirname(stub), join(dist, FILE)).replaceAll('\\', '/');
    mkdirSync(dirname(stub), { recursive: true });
    writeFileSync(
      stub,
      `module.exports = require(${JSON.stringify(path.startsWith('.') ? path : `./${path}`)})[${JSON.stringify(module)}]();\n`,
    );
  }
}

/**
 * The resource whose operations a module has; null for any other module. They are taken from the table of all operations, which is
 * there anyway: a second copy of them would be 35 kB.
 */
function resourceIn(/** @type {string} */ source) {
  const [, file] = /^src\/api\/generated\/(.+)\.ts$/.exec(source) ?? [];
  if (file === undefined || !/peration\(/.test(readFileSync(join(ROOT, source), 'utf8'))) return null;
  return file.replace(/-(.)/g, (_, /** @type {string} */ letter) => letter.toUpperCase());
}

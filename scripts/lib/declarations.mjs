/**
 * Declarations as they are published: one set, in `types/`, which is CommonJS to a compiler, so that both `require` and `import` may read
 * it; beside each module for `import` stands a file that re-exports from there. (The other way round a compiler refuses: CommonJS cannot
 * require an ES module.)
 */
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

const TYPES = 'types';

/**
 * Keeps of the declarations in `dist` those that an entry leads to, and moves them, shortened, to `types/`.
 * @param {string} dist
 * @param {object} options
 * @param {readonly string[]} options.entries modules that can be imported, from there (`adapters/hono/index.js`)
 * @param {readonly string[]} [options.others] declarations that something else names
 */
export function publishTypes(dist, { entries, others = [] }) {
  for (const file of declarationsBelow(dist)) nameByPath(dist, file);
  const declarationOf = (/** @type {string} */ module) => module.replace(/\.js$/, '.d.ts');
  const roots = [...entries.map(declarationOf), ...others];
  keepReached(dist, roots);
  const shown = new Set(reExported(dist, roots));
  const kindOf = (/** @type {string} */ file) =>
    file.includes('generated/') ? 'generated' : shown.has(file) ? 'public' : 'internal';
  for (const file of declarationsBelow(dist)) {
    const target = join(dist, TYPES, file);
    mkdirSync(dirname(target), { recursive: true });
    renameSync(join(dist, file), target);
    writeFileSync(target, shorten(readFileSync(target, 'utf8'), kindOf(file)));
  }
  writeFileSync(join(dist, TYPES, 'package.json'), '{"type":"commonjs"}\n');
  for (const module of entries) {
    const file = declarationOf(module);
    const path = relative(dirname(file), `${TYPES}/${module}`).replaceAll('\\', '/');
    writeFileSync(join(dist, file), `export * from '${path.startsWith('.') ? path : `./${path}`}';\n`);
  }
}

/**
 * Declarations as an editor needs them: indented by tabs; without comments where nothing has a public name; and of the comments that come from the
 * document the first sentence, for a method also the line of method and path. (All of them are in docs/api/operations.md and in Clerk's own
 * reference; they would be a fifth of the package.)
 * @param {string} text
 * @param {'public' | 'internal' | 'generated'} kind
 */
function shorten(text, kind) {
  const indented = text.replace(/^(?: {4})+/gm, (spaces) => '\t'.repeat(spaces.length / 4));
  if (kind === 'public') return indented;
  if (kind === 'internal') return indented.replace(/^\t*\/\*\*.*?\*\/\n/gms, '');
  const comment = /^(\t*)\/\*\*(.*?)\*\/\n/gms;
  /** @type {Map<string, number>} */
  const seen = new Map();
  for (const [, , body = ''] of indented.matchAll(comment)) seen.set(body, (seen.get(body) ?? 0) + 1);
  return indented.replace(comment, (_, /** @type {string} */ indent, /** @type {string} */ body) => {
    const words = (seen.get(body) ?? 0) > TOO_OFTEN ? [] : essentials(body);
    return words.length === 0 ? '' : `${indent}/** ${words.join(`\n${indent} * `)} */\n`;
  });
}

/** A comment that stands at more places than this says nothing about any of them ("Unix timestamp of creation"). */
const TOO_OFTEN = 4;

function essentials(/** @type {string} */ comment) {
  const lines = comment.split('\n').map((line) => line.replace(/^\s*\* ?/, '').trim());
  const [sentence = ''] = lines
    .join(' ')
    .trim()
    .split(/(?<=[.!?])\s|\s{2}/);
  const route = lines.flatMap((line) => /^`[A-Z]+ \/[^`]*`/.exec(line)?.[0] ?? []);
  const deprecated = lines.filter((line) => line.startsWith('@deprecated'));
  return [...new Set([sentence, ...route, ...deprecated])].filter((words) => words !== '');
}

function keepReached(/** @type {string} */ dist, /** @type {readonly string[]} */ roots) {
  const needed = new Set(roots.map((file) => join(dist, file)));
  // A Set is walked in the order of insertion, what is added on the way included.
  for (const file of needed)
    for (const path of relativeImports(file).map((target) => target.replace(/\.js$/, '.d.ts'))) {
      if (!existsSync(path)) throw new Error(`The types of ${file} need ${path}, which the package has not.`);
      needed.add(path);
    }
  for (const file of declarationsBelow(dist)) if (!needed.has(join(dist, file))) rmSync(join(dist, file));
}

/**
 * Files whose names an entry passes on (`export … from`): what only stands behind a type has no public name.
 * @param {string} dist
 * @param {readonly string[]} roots
 */
function reExported(dist, roots) {
  const files = new Set(roots);
  for (const file of files)
    for (const [, specifier = ''] of readFileSync(join(dist, file), 'utf8').matchAll(/^export .*?from '(\.[^']+)'/gm))
      files.add(
        relative(dist, resolve(dirname(join(dist, file)), specifier))
          .replaceAll('\\', '/')
          .replace(/\.js$/, '.d.ts'),
      );
  return files;
}

/** `#signature` is chosen by the runtime; the types of all choices are the same, and older compilers do not know such names. */
function nameByPath(/** @type {string} */ dist, /** @type {string} */ file) {
  const text = readFileSync(join(dist, file), 'utf8');
  if (!text.includes("'#signature'")) return;
  const path = relative(dirname(file), 'verify/signature.js').replaceAll('\\', '/');
  writeFileSync(join(dist, file), text.replaceAll("'#signature'", `'${path.startsWith('.') ? path : `./${path}`}'`));
}

const declarationsBelow = (/** @type {string} */ dist) =>
  readdirSync(dist, { recursive: true, encoding: 'utf8' })
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => file.endsWith('.d.ts'));

/** Paths of what a file imports from its own package. */
export function relativeImports(/** @type {string} */ path) {
  return [...readFileSync(path, 'utf8').matchAll(/(?:\bfrom|\bimport)\s*\(?\s*['"](\.[^'"]+)['"]/g)].map(
    ([, specifier = '']) => resolve(dirname(path), specifier),
  );
}

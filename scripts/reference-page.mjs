/** docs/reference.md: every public name with its signature and its comment, as TypeScript reads them in the sources. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import prettier from 'prettier';
import { ENTRIES, itemsOf, nearest, usersOf } from './lib/public-items.mjs';

/**
 * @typedef {import('typescript').Program} Program
 * @typedef {import('./entry-points.mjs').EntryPoint} EntryPoint
 * @typedef {import('./lib/public-items.mjs').Item} Item
 */

const root = fileURLToPath(new URL('..', import.meta.url));
export const PAGE = join(root, 'docs/reference.md');

/** The files that the program of {@link referencePage} has to hold. */
export const SOURCES = ENTRIES.map(({ source }) => join(root, source));
/** Each adapter has its framework's own form of a name. */
const isAdapter = (/** @type {EntryPoint} */ { source }) => source.startsWith('src/adapters/');

/**
 * @param {Program} program that holds {@link SOURCES}
 * @returns {Promise<string>} the page, formatted
 */
export async function referencePage(program) {
  const items = itemsOf(program);
  const sections = ENTRIES.map((entry) => {
    const shared = isAdapter(entry) ? ' The rest of what it exports is described at [`bailiff`](#bailiff).' : '';
    const own = items.filter((item) => item.entry === entry);
    return [`## \`${entry.name}\``, entry.about + shared, ...own.map((item) => section(item, items))].join('\n\n');
  });
  const page = [
    '# API reference',
    'Every public name, as the sources declare it. Made by `npm run docs:api`; the guides say what it is for, and ' +
      '[Options](options.md) has all options in one table. The tests compile every example.',
    ENTRIES.map(({ name }) => `[\`${name}\`](#${name.replace('/', '')})`).join(' · '),
    ...sections,
  ].join('\n\n');
  return prettier.format(page, { ...(await prettier.resolveConfig(PAGE)), parser: 'markdown' });
}

/** So many users of a type are named. */
const MAX_USERS = 4;

/**
 * @param {Item} item
 * @param {readonly Item[]} items
 */
function section(item, items) {
  const { as, code, comment, examples } = item;
  const link = (/** @type {Item} */ { as, anchor }) => `[\`${as}\`](#${anchor})`;
  const users = examples.length > 0 ? [] : usersOf(item, items);
  return [
    `### ${as}`,
    withLinks(comment, (name) => {
      const target = nearest(name, items, item);
      return target === undefined ? `\`${name}\`` : link(target);
    }),
    `\`\`\`ts ignore\n${withLinks(code.join('\n'), (name) => `\`${name}\``)}\n\`\`\``,
    // The tests compile examples where they stand, in the sources.
    ...examples.map((example) => example.replace(/^```ts$/m, '```ts ignore')),
    users.length === 0 ? '' : `Used by ${users.slice(0, MAX_USERS).map(link).join(', ')}.`,
  ]
    .filter((text) => text !== '')
    .join('\n\n');
}

/**
 * Text with `{@link name}` written out.
 * @param {string} text
 * @param {(name: string) => string} write
 */
const withLinks = (text, write) =>
  text.replaceAll(/\{@link\s+([\w.]+)\s*\}/g, (_, /** @type {string} */ name) => write(name));

/** The documentation as tests read it. */
import { readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../..');

/** Shown on npm, without the repository around them. */
export const PUBLISHED = ['README.md', 'packages/local/README.md'];

export const PAGES = [
  ...PUBLISHED,
  ...['CONTRIBUTING.md', 'SECURITY.md', 'examples/README.md'],
  ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md'))
    .map((file) => `docs/${file}`),
];

/** A page, by its path from the root of the repository. */
export const readPage = (page: string) => readFileSync(join(root, page), 'utf8');

/** The page without its code. */
export const proseOf = (page: string) => readPage(page).replaceAll(/^```[\s\S]*?^```$/gm, '');

export interface Block {
  readonly page: string;
  /** Of its first line in the page, counted from 1. */
  readonly line: number;
  readonly code: string;
}

/** Modules whose comments have examples. */
export const SOURCES = ['src', 'packages/local/src']
  .flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((file) => `${folder}/${file}`),
  )
  .map((file) => file.replaceAll('\\', '/'))
  .filter((file) => file.endsWith('.ts') && !file.startsWith('src/api/generated/'));

/** Fenced `ts` blocks, also those within comments; one that must not be compiled says so: `ts ignore`. */
export function blocksOf(page: string): Block[] {
  const blocks: Block[] = [];
  const lines = readPage(page)
    .split('\n')
    .map((line) => (page.endsWith('.ts') ? line.replace(/^ +\* ?/, '') : line));
  for (let start = 0; start < lines.length; start++) {
    if (lines[start] !== '```ts') continue;
    const end = lines.indexOf('```', start + 1);
    blocks.push({ page, line: start + 2, code: lines.slice(start + 1, end).join('\n') });
    start = end;
  }
  return blocks;
}

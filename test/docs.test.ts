import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PAGES, PUBLISHED, proseOf } from './support/pages.js';

const root = resolve(import.meta.dirname, '..');
/** npm shows the READMEs without the repository around them, so their links are whole. */
const REPOSITORY = /^https:\/\/(?:github\.com|raw\.githubusercontent\.com)\/bailiff-auth\/bailiff\/(?:blob\/)?main\//;

describe('documentation', () => {
  it('links only to files and headings that exist', () => {
    const broken = PAGES.flatMap((page) =>
      linksOf(page)
        .filter((link) => !/^[a-z]+:/.test(link) || REPOSITORY.test(link))
        .filter((link) => {
          const [path = '', heading] = link.replace(REPOSITORY, '/').split('#');
          const file = path === '' ? page : path.startsWith('/') ? path.slice(1) : join(dirname(page), path);
          if (!existsSync(join(root, file))) return true;
          return heading !== undefined && !headingsOf(file).includes(heading);
        })
        .map((link) => `${page} -> ${link}`),
    );
    expect(broken).toEqual([]);
  });

  it('refers to no link that is not defined', () => {
    const undefinedLinks = PAGES.flatMap((page) => {
      const text = proseOf(page);
      return [...text.matchAll(/\]\[([^\]]+)\]/g)].flatMap(([, name = '']) =>
        text.includes(`\n[${name}]: `) ? [] : [`${page}: ${name}`],
      );
    });
    expect(undefinedLinks).toEqual([]);
  });

  it('what npm shows has whole links alone', () => {
    for (const page of PUBLISHED)
      expect(
        linksOf(page).filter((link) => !/^(https:|#)/.test(link)),
        page,
      ).toEqual([]);
  });
});

function linksOf(page: string): string[] {
  return [...proseOf(page).matchAll(/\]\(([^)\s]+)\)|<img src="([^"]+)"|^\[[^\]]+\]: (\S+)$/gm)].map(
    (match) => match[1] ?? match[2] ?? match[3] ?? '',
  );
}

const headings = new Map<string, readonly string[]>();

/** As GitHub makes anchors of headings: the second of one text ends in `-1`. */
function headingsOf(file: string): readonly string[] {
  const seen = new Map<string, number>();
  const found =
    headings.get(file) ??
    [...proseOf(file).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => {
      const anchor = heading
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
        .trim()
        .replaceAll(' ', '-');
      const before = seen.get(anchor) ?? 0;
      seen.set(anchor, before + 1);
      return before === 0 ? anchor : `${anchor}-${before}`;
    });
  headings.set(file, found);
  return found;
}

import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PAGES, PUBLISHED, proseOf, readPage } from './support/pages.js';

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

  it('defines every link that it refers to', () => {
    const undefinedLinks = PAGES.flatMap((page) => {
      const text = proseOf(page);
      return [...text.matchAll(/\]\[([^\]]+)\]/g)].flatMap(([, name = '']) =>
        text.includes(`\n[${name}]: `) ? [] : [`${page}: ${name}`],
      );
    });
    expect(undefinedLinks).toEqual([]);
  });

  it('has diagrams of valid form', () => {
    const diagrams = PAGES.flatMap((page) =>
      [...readPage(page).matchAll(/^```mermaid\n([\s\S]*?)^```$/gm)].map(([, text = '']) => ({ page, text })),
    );
    expect(diagrams.length).toBeGreaterThanOrEqual(5);
    expect(diagrams.flatMap(({ page, text }) => problemsOfDiagram(text).map((line) => `${page}: ${line}`))).toEqual([]);
    for (const bad of [
      'graf TD\n  a --> b',
      'flowchart TD\n  a[one --> b',
      'flowchart TD\n  a -> b',
      'sequenceDiagram\n  A ~ B: x',
    ])
      expect(problemsOfDiagram(bad), bad).not.toEqual([]);
  });

  it('has no table with an empty heading', () => {
    const empty = PAGES.flatMap((page) => {
      const lines = proseOf(page).split('\n');
      return lines
        .filter((line, index) => /^\|[ :|-]+\|$/.test(lines[index + 1] ?? '') && /\| *(?=\|)/.test(line))
        .map((line) => `${page}: ${line.trim()}`);
    });
    expect(empty).toEqual([]);
  });

  it('has whole links only on pages that npm shows', () => {
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

/** What is wrong with a diagram, as far as brackets, arrows and names tell; a parser of Mermaid brings a browser along. */
function problemsOfDiagram(text: string): string[] {
  const [kind = '', ...lines] = text.split('\n').filter((line) => line.trim() !== '');
  const forms: Readonly<Record<string, RegExp>> = {
    flowchart: /^ {2}\w+(\S.*?)?( (<?-->(\|[^|]+\|)?|-- [^-]+ -->) \w+(\S.*)?)+$/,
    sequenceDiagram: /^ {2}(participant \w+ as .+|\w+--?>>\w+: .+)$/,
    'stateDiagram-v2': /^ {2}(\[\*\]|\w+) --> \w+(: .+)?$/,
  };
  const form = forms[kind.split(' ')[0] ?? ''];
  if (form === undefined) return [`no kind of diagram: ${kind}`];
  const pairs = { '(': ')', '[': ']', '{': '}' } as const;
  const isBalanced = (line: string): boolean => {
    const open: string[] = [];
    for (const char of line.replaceAll(/"[^"]*"|\|[^|]*\||^ {2}\w+-.*?: .*$/g, '')) {
      if (char in pairs) open.push(pairs[char as keyof typeof pairs]);
      else if (Object.values<string>(pairs).includes(char) && open.pop() !== char) return false;
    }
    return open.length === 0;
  };
  return lines.filter((line) => !form.test(line) || !isBalanced(line));
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

/**
 * Faults that libraries of this kind have had, numbered S1 to S34: each must be named by a test here, so that none is
 * lost when tests move. What the numbers mean stands in docs/security.md.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '..');
const NUMBERS = Array.from({ length: 34 }, (_, index) => `S${index + 1}`);

/** The texts of a file: titles of tests and ids of cases are among them, comments are not. */
function textsOf(file: string): string[] {
  const texts: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node) || ts.isTemplateHead(node)) texts.push(node.text);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.ES2022));
  return texts;
}

const named = new Set(
  readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && file !== 'security-cases.test.ts')
    .flatMap((file) => textsOf(join(root, 'test', file)))
    .flatMap((text) => text.match(/\bS\d{1,2}\b/g) ?? []),
);

describe('known faults of libraries of this kind', () => {
  it.each(NUMBERS)('%s has a test that names it', (number) => {
    expect([...named]).toContain(number);
  });

  it('no test names an unknown number', () => {
    expect([...named].filter((number) => !NUMBERS.includes(number))).toEqual([]);
  });

  it('docs/security.md describes each', () => {
    const page = readFileSync(join(root, 'docs/security.md'), 'utf8');
    expect(NUMBERS.filter((number) => !new RegExp(`^\\| ${number} +\\|`, 'm').test(page))).toEqual([]);
  });
});

describe('pages that name tests', () => {
  it.each(['docs/security.md', 'docs/reliability.md'])('%s names paths and commands that exist', (page) => {
    const text = readFileSync(join(root, page), 'utf8');
    const scripts = Object.keys(
      (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: Record<string, string> }).scripts,
    );
    const paths = [...text.matchAll(/(?:`|run )((?:test|src|bench|examples|scripts)\/[\w./*-]+)`/g)].map(
      ([, path]) => path ?? '',
    );
    const commands = [...text.matchAll(/npm run ([\w:-]+)/g)].map(([, name]) => name ?? '');
    expect(paths.length).toBeGreaterThan(5);
    expect(paths.filter((path) => readdirOrFile(path) === null)).toEqual([]);
    expect(commands.filter((name) => !scripts.includes(name))).toEqual([]);
  });
});

function readdirOrFile(path: string): string | null {
  return ts.sys.fileExists(join(root, path)) || ts.sys.directoryExists(join(root, path)) ? path : null;
}

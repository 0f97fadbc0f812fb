/** What contributors read first, and what GitHub runs, speak of files and commands that exist. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { PAGES, readPage } from './support/pages.js';

const root = join(import.meta.dirname, '..');
const scripts = Object.keys((JSON.parse(readPage('package.json')) as { scripts: object }).scripts);

/** Words in backquotes that begin with a folder of the repository, or that are a file of its root. */
const pathsOf = (text: string) =>
  [...text.matchAll(/`((?:\.?[\w-]+\/)*\.?[\w-]+(?:\.[\w-]+)*\/?)`/g)]
    .map(([, path]) => path ?? '')
    .filter(
      (path) =>
        /^(\.ci|\.github|bench|docs|examples|packages|scripts|spec|src|test)(\/|$)/.test(path) ||
        /^[\w.-]+\.(json|md|mjs)$/.test(path),
    );
/** `npm run x`, `npm test`; and files that `node` and `bash` run. */
const commandsOf = (text: string) =>
  [...text.matchAll(/\bnpm (?:run (?:--silent )?)?(?!run)([\w:-]+)/g)].map(([, name]) => name ?? '');
const filesRunBy = (text: string) =>
  [...text.matchAll(/\b(?:node|bash|npx vitest run) ([\w./-]*\/[\w./-]+)/g)].map(([, file]) => file ?? '');

/** What a page shows as code, in a line or in a block. */
const codeOf = (page: string) => [...page.matchAll(/^```[\s\S]*?^```|`[^`\n]+`/gm)].map(([code]) => code).join('\n');

const isMissing = (path: string) => !existsSync(join(root, path));
/** Of npm itself. */
const NPM = ['audit', 'ci', 'outdated'];
const isUnknown = (name: string) => !scripts.includes(name) && !NPM.includes(name);

describe('CONTRIBUTING.md', () => {
  const text = readPage('CONTRIBUTING.md');
  const [, table = ''] = text.split('## I want to change ...\n');
  const lines = table
    .slice(0, table.indexOf('\n## '))
    .split('\n')
    .filter((line) => line.startsWith('|'));
  const rows = lines.slice(2).map((line) => line.split('|').slice(1, -1));

  it('has at least fifteen changes, each with files to start from and a test', () => {
    expect(rows.length).toBeGreaterThanOrEqual(15);
    for (const [row = '', start = '', tests = ''] of rows) {
      expect(pathsOf(start).length, row).toBeGreaterThan(0);
      expect(pathsOf(tests).filter((path) => path.startsWith('test/')).length, row).toBeGreaterThan(0);
    }
  });

  it('recognizes a path that does not exist', () => {
    expect(pathsOf('`src/nothing.ts` and `package.json`, not `npm test`').filter(isMissing)).toEqual([
      'src/nothing.ts',
    ]);
    expect(commandsOf('npm run nothing && npm test').filter(isUnknown)).toEqual(['nothing']);
  });
});

const DECISIONS = PAGES.filter((page) => page.startsWith('docs/decisions/'));

it.each(['CONTRIBUTING.md', 'SECURITY.md', ...DECISIONS])('%s names files and commands that exist', (page) => {
  const text = readPage(page);
  expect(pathsOf(text).filter(isMissing)).toEqual([]);
  expect(commandsOf(codeOf(text)).filter(isUnknown)).toEqual([]);
  expect(filesRunBy(codeOf(text)).filter(isMissing)).toEqual([]);
});

describe('docs/decisions', () => {
  it('the index leads to every page', () => {
    const index = readPage('docs/decisions/README.md');
    const pages = DECISIONS.map((page) => page.slice('docs/decisions/'.length)).filter((page) => page !== 'README.md');
    expect(pages.filter((page) => !index.includes(`](${page})`))).toEqual([]);
  });
});

interface Step {
  readonly uses?: string;
  readonly run?: string;
}
interface Workflow {
  readonly on: object;
  readonly permissions: object;
  readonly jobs: Readonly<Record<string, { steps: Step[]; strategy?: { matrix: { node: number[] } } }>>;
}
const yamlFiles = readdirSync(join(root, '.github'), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.yml'))
  .map((file) => `.github/${file.replaceAll('\\', '/')}`);
const readYaml = (file: string): unknown => parse(readPage(file), { uniqueKeys: true });
const workflows = yamlFiles.filter((file) => file.startsWith('.github/workflows/'));

describe('.github', () => {
  it.each(yamlFiles)('%s is YAML', (file) => {
    expect(readYaml(file)).toBeTypeOf('object');
  });

  it.each(workflows)('%s runs existing scripts with the rights that it names', (file) => {
    const { on, permissions, jobs } = readYaml(file) as Workflow;
    expect(on).toBeTypeOf('object');
    expect(permissions).toBeTypeOf('object');
    const runs = Object.values(jobs).flatMap(({ steps }) => steps.flatMap(({ run }) => run ?? []));
    expect(runs.length).toBeGreaterThan(1);
    const text = runs.join('\n');
    expect(commandsOf(text).length).toBeGreaterThan(0);
    expect(commandsOf(text).filter(isUnknown)).toEqual([]);
    expect(filesRunBy(text).filter(isMissing)).toEqual([]);
    // What somebody typed, or named a branch, is text and no part of a command.
    expect(text).not.toContain('${{');
  });

  it('tests run on every supported Node.js', () => {
    const { jobs } = readYaml('.github/workflows/ci.yml') as Workflow;
    expect(Object.keys(jobs)).toEqual(['test', 'checks', 'browsers']);
    expect(jobs['test']!.strategy!.matrix.node).toEqual([20, 22, 24, 26]);
  });

  it('only the job of a release may sign provenance', () => {
    const { permissions, jobs } = readYaml('.github/workflows/release.yml') as Workflow;
    expect(permissions).toEqual({});
    expect(jobs['release']).toMatchObject({ permissions: { 'id-token': 'write', contents: 'write' } });
  });

  it.each(yamlFiles.filter((file) => file.includes('ISSUE_TEMPLATE') && !file.endsWith('config.yml')))(
    '%s is a form',
    (file) => {
      const { name, description, body } = readYaml(file) as Record<string, string> & {
        body: { type: string; id?: string }[];
      };
      expect([typeof name, typeof description]).toEqual(['string', 'string']);
      const ids = body.filter(({ type }) => type !== 'markdown').map(({ id }) => id);
      expect(ids.every((id) => /^[\w-]+$/.test(id ?? ''))).toBe(true);
      expect(new Set(ids).size).toBe(ids.length);
      expect(body.every(({ type }) => ['markdown', 'textarea', 'input', 'dropdown', 'checkboxes'].includes(type))).toBe(
        true,
      );
    },
  );
});

it('the pinned Node.js is the oldest that the packages support', () => {
  const pin = readPage('.nvmrc').trim();
  for (const manifest of ['package.json', 'packages/local/package.json'])
    expect((JSON.parse(readPage(manifest)) as { engines: object }).engines).toEqual({ node: `>=${pin}` });
  expect(readFileSync(join(root, 'SECURITY.md'), 'utf8')).toContain(
    `| Node.js                        | ${pin}, 22, 24, 26`,
  );
});

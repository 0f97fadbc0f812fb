import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '..');
/** npm shows the READMEs without the repository around them, so their links are whole. */
const REPOSITORY = /^https:\/\/(?:github\.com|raw\.githubusercontent\.com)\/bailiff-auth\/bailiff\/(?:blob\/)?main\//;
const PUBLISHED = ['README.md', 'packages/local/README.md'];
const pages = [
  'README.md',
  'packages/local/README.md',
  'examples/README.md',
  ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md'))
    .map((file) => `docs/${file}`),
];

interface Block {
  readonly page: string;
  readonly line: number;
  readonly code: string;
}

/** Their comments have examples. */
const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
  .map((file) => `src/${file.replaceAll('\\', '/')}`)
  .filter((file) => file.endsWith('.ts') && !file.startsWith('src/api/generated/'));

/** Fenced `ts` blocks, also those within comments; one that must not be compiled says so: `ts ignore`. */
function blocksOf(page: string): Block[] {
  const blocks: Block[] = [];
  const lines = readFileSync(join(root, page), 'utf8')
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

describe('documentation', () => {
  it('compiles every TypeScript block', { timeout: 120_000 }, () => {
    const blocks = [...pages, ...sources].flatMap(blocksOf);
    expect(blocks.length).toBeGreaterThan(5);
    const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), (file) => readFileSync(file, 'utf8'));
    const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
    const files = new Map(
      blocks.map((block, index) => [
        join(root, 'test', `docs-block-${index}.ts`),
        { ...block, code: `${block.code}\nexport {};\n` },
      ]),
    );
    const host = ts.createCompilerHost(options);
    const plain = ts.createCompilerHost(options);
    host.fileExists = (file) => files.has(file) || plain.fileExists(file);
    host.readFile = (file) => files.get(file)?.code ?? plain.readFile(file);
    host.getSourceFile = (file, ...rest) => {
      const block = files.get(file);
      if (block === undefined) return plain.getSourceFile(file, ...rest);
      return ts.createSourceFile(file, block.code, ts.ScriptTarget.ES2022);
    };
    const program = ts.createProgram(
      [...files.keys()],
      { ...options, noUnusedLocals: false, noUnusedParameters: false },
      host,
    );
    const problems = [...files].flatMap(([file, block]) => {
      const source = program.getSourceFile(file);
      return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)].map((found) => {
        const line = source?.getLineAndCharacterOfPosition(found.start ?? 0).line ?? 0;
        return `${block.page}:${block.line + line} ${ts.flattenDiagnosticMessageText(found.messageText, ' ')}`;
      });
    });
    expect(problems).toEqual([]);
  });

  it('has an example at every function of bailiff/api and bailiff/webhooks', () => {
    const entries = ['src/api/index.ts', 'src/webhooks/index.ts'].map((file) => join(root, file));
    const program = ts.createProgram(entries, { module: ts.ModuleKind.NodeNext, target: ts.ScriptTarget.ES2022 });
    const checker = program.getTypeChecker();
    const functions = entries.flatMap((entry) =>
      checker
        .getExportsOfModule(checker.getSymbolAtLocation(program.getSourceFile(entry)!)!)
        .map((symbol) => (symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol))
        .filter(({ flags }) => flags & ts.SymbolFlags.Function),
    );
    expect(functions.map(({ name }) => name).sort()).toEqual(
      expect.arrayContaining(['createBackendApi', 'request', 'toPublic', 'verifyWebhook']),
    );
    const without = functions.filter((symbol) => !symbol.getJsDocTags(checker).some(({ name }) => name === 'example'));
    expect(without.map(({ name }) => name)).toEqual([]);
  });

  it('links only to files and headings that exist', () => {
    const broken = pages.flatMap((page) =>
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
    const undefinedLinks = pages.flatMap((page) => {
      const text = prose(page);
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
  return [...prose(page).matchAll(/\]\(([^)\s]+)\)|<img src="([^"]+)"|^\[[^\]]+\]: (\S+)$/gm)].map(
    (match) => match[1] ?? match[2] ?? match[3] ?? '',
  );
}

/** The page without its code. */
function prose(page: string): string {
  return readFileSync(join(root, page), 'utf8').replaceAll(/^```[\s\S]*?^```$/gm, '');
}

/** As GitHub makes anchors of headings. */
function headingsOf(file: string): string[] {
  return [...prose(file).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replaceAll(' ', '-'),
  );
}

import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '..');
const GENERATED = 'src/api/generated/';

interface Part {
  name: string;
  folder: string;
  mayImport: string[];
  packages: string[];
}

/** The cells of a table of docs/architecture.md, which `header` begins. */
function readTable(header: RegExp): string[][] {
  const lines = readFileSync(join(root, 'docs/architecture.md'), 'utf8').split('\n');
  const start = lines.findIndex((line) => header.test(line)) + 2;
  const end = lines.findIndex((line, index) => index >= start && !line.startsWith('|'));
  return lines.slice(start, end).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim().replaceAll('`', '')),
  );
}

const list = (cell: string) =>
  cell
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');

/** The one list of who may import whom. */
function readParts(): Part[] {
  return readTable(/^\|\s*part\s*\|\s*files\s*\|/).map(([name = '', folder = '', mayImport = '', packages = '']) => ({
    name,
    folder,
    mayImport: list(mayImport),
    packages: list(packages),
  }));
}

/** The rooms of the offline instance, lowest first, and which of the others each may import. */
const rooms = new Map(
  readTable(/^\|\s*room\s*\|/).map(([name = '', , mayImport = '']) => [name, list(mayImport)] as const),
);

const parts = readParts();

function partOf(file: string): Part {
  const name = file === 'src/index.ts' ? 'core' : undefined;
  // From the last to the first: a folder stands below the one that it is in.
  const found = parts.findLast((part) =>
    name === undefined
      ? part.name === 'ground'
        ? /^src\/((types|ground)\/)?[^/]+\.ts$/.test(file)
        : file.startsWith(part.folder)
      : part.name === name,
  );
  if (found === undefined) throw new Error(`${file} belongs to no part of docs/architecture.md`);
  return found;
}

const files = ['src', 'packages/local/src']
  .flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((file) => `${folder}/${file}`),
  )
  .filter((file) => file.endsWith('.ts') && !file.startsWith(GENERATED));

const sources = new Map(files.map((file) => [file, readFileSync(join(root, file), 'utf8')]));

/** Everything a file imports or re-exports, types included. */
function importsOf(file: string): string[] {
  return ts.preProcessFile(sources.get(file) ?? '', true, true).importedFiles.map((found) => found.fileName);
}

function resolveImport(from: string, specifier: string): string {
  return relative(root, resolve(root, dirname(from), specifier)).replace(/\.js$/, '.ts');
}

const edges = new Map<string, string[]>(
  files.map((file) => [
    file,
    importsOf(file)
      .filter((specifier) => specifier.startsWith('.'))
      .map((specifier) => resolveImport(file, specifier)),
  ]),
);

describe('architecture', () => {
  it('reads a part for every folder from the table', () => {
    expect(parts.map((part) => part.name)).toEqual([
      'ground',
      'verify',
      'core',
      'webhooks',
      'node',
      'express',
      'hono',
      'fastify',
      'opentelemetry',
      'api',
      'bin',
      'local',
      'cli',
    ]);
  });

  it('imports only what the table allows', () => {
    const wrong: string[] = [];
    for (const [file, targets] of edges) {
      const part = partOf(file);
      for (const target of targets) {
        if (target.startsWith('package.json') || target.startsWith('spec/')) continue;
        const other = target.startsWith(GENERATED) ? 'api' : partOf(target).name;
        if (other !== part.name && !part.mayImport.includes(other)) wrong.push(`${file} -> ${target}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  it('uses only the packages of the table, and node: modules only where they are listed', () => {
    const wrong: string[] = [];
    for (const file of files) {
      const { packages } = partOf(file);
      for (const specifier of importsOf(file).filter((name) => !name.startsWith('.'))) {
        const name = specifier.startsWith('@')
          ? specifier
          : specifier.startsWith('node:')
            ? specifier
            : specifier.split('/')[0];
        const allowed = packages.includes(name ?? '') || (specifier.startsWith('node:') && packages.includes('node:*'));
        const nodeOnly = specifier.startsWith('node:') && !packages.includes('node:*') && !file.endsWith('.node.ts');
        if (!allowed || nodeOnly) wrong.push(`${file} -> ${specifier}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  it('keeps index.ts to re-exports, and away from its own folder', () => {
    const wrong: string[] = [];
    for (const [file, source] of sources) {
      if (file.endsWith('/index.ts')) {
        const statements = ts.createSourceFile(file, source, ts.ScriptTarget.Latest).statements;
        if (!statements.every((statement) => ts.isExportDeclaration(statement)))
          wrong.push(`${file} does more than re-export`);
      }
      for (const target of edges.get(file) ?? []) {
        if (target.endsWith('/index.ts') && dirname(target) === dirname(file)) wrong.push(`${file} -> ${target}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  it('shows adapters one face of core', () => {
    const adapters = [...edges].filter(([file]) => file.startsWith('src/adapters/'));
    expect(adapters.length).toBeGreaterThan(20);
    const behind = adapters.flatMap(([file, targets]) =>
      targets
        .filter((target) => target.startsWith('src/core/') && target !== 'src/core/index.ts')
        .map((target) => `${file} -> ${target}`),
    );
    expect(behind).toEqual([]);
  });

  it('lets core import types only from the API client', () => {
    const statements = files
      .filter((file) => partOf(file).name === 'core')
      .flatMap((file) => (sources.get(file) ?? '').match(/^(?:import|export)\b[^;]*?\/api\/[^;]*;/gm) ?? []);
    expect(statements.length).toBeGreaterThan(0);
    expect(statements.filter((statement) => !statement.startsWith('import type '))).toEqual([]);
  });

  it('has no circles', () => {
    const circles: string[] = [];
    const done = new Set<string>();
    const walk = (file: string, path: string[]): void => {
      if (path.includes(file)) {
        circles.push([...path.slice(path.indexOf(file)), file].join(' -> '));
        return;
      }
      if (done.has(file)) return;
      for (const target of edges.get(file) ?? []) walk(target, [...path, file]);
      done.add(file);
    };
    for (const file of files) walk(file, []);
    expect(circles).toEqual([]);
  });

  it('reads the environment in one place, and prints warnings in one beside the command', () => {
    const reads = files.filter((file) => /\bprocess\.env\b|\bprocess\?\.env\b/.test(withoutComments(file)));
    expect(reads.filter((file) => partOf(file).name !== 'cli' && partOf(file).name !== 'local')).toEqual([
      'src/environment.ts',
    ]);
    const logs = files.filter((file) => /\bconsole\./.test(withoutComments(file)) && partOf(file).name !== 'cli');
    expect(logs).toEqual(['src/core/faults/log.ts']);
  });

  it('keeps the rooms of the offline instance apart, and their imports downwards', () => {
    const roomOf = (file: string) => /^packages\/local\/src\/([^/]+)\//.exec(file)?.[1];
    const order = [...rooms.keys()];
    expect(order).toHaveLength(13);
    const upwards = [...rooms].filter(([name, below]) =>
      below.some((room) => order.indexOf(room) >= order.indexOf(name)),
    );
    expect(upwards).toEqual([]);
    const wrong: string[] = [];
    for (const [file, targets] of edges) {
      const room = roomOf(file);
      if (room === undefined) continue;
      if (!rooms.has(room)) wrong.push(`${file} is in no room`);
      for (const target of targets) {
        const other = roomOf(target);
        if (other !== undefined && other !== room && !rooms.get(room)?.includes(other))
          wrong.push(`${file} -> ${target}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  it('lets no other room import a handler, so that shared rules stay in the model', () => {
    const importers = [...edges].flatMap(([file, targets]) =>
      targets.filter((target) => target.includes('/backend-api/handlers/')).map(() => file),
    );
    expect(importers.length).toBeGreaterThan(0);
    expect(importers.filter((file) => !file.startsWith('packages/local/src/backend-api/'))).toEqual([]);
  });

  it('limits the number of files in a folder of the offline instance', () => {
    const folders = files.filter((file) => file.startsWith('packages/local/src/')).map((file) => dirname(file));
    const crowded = folders.filter((folder) => folders.filter((other) => other === folder).length > 15);
    expect([...new Set(crowded)]).toEqual([]);
  });

  it('names each cookie and parameter of the protocol in one place', () => {
    const NAMES = 'src/core/request/cookie-names.ts';
    const named = files
      .filter((file) => file.startsWith('src/'))
      .flatMap((file) => literalsOf(file).map((text) => ({ file, text })))
      .filter(({ text }) => /__(?:session|client|refresh|dev_session|clerk_)/.test(text));
    expect(named.filter(({ file }) => file !== NAMES)).toEqual([]);
    const texts = named.map(({ text }) => text);
    expect(texts).toContain('__session');
    expect(texts).toEqual([...new Set(texts)]);
  });

  it('keeps the adapter of Fastify to 200 lines of code', () => {
    const lines = files
      .filter((file) => file.startsWith('src/adapters/fastify/'))
      .flatMap((file) => withoutComments(file).split('\n'));
    expect(lines.filter((line) => line.trim() !== '').length).toBeLessThanOrEqual(200);
  });

  it('limits the length of files', () => {
    const long = files.filter((file) => (sources.get(file) ?? '').split('\n').length > 250);
    expect(long).toEqual([]);
  });
});

/** The texts of a file's literals: strings, templates and regular expressions. */
function literalsOf(file: string): string[] {
  const texts: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isLiteralExpression(node) || ts.isTemplateHead(node) || ts.isTemplateMiddleOrTemplateTail(node)) {
      texts.push(node.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, sources.get(file) ?? '', ts.ScriptTarget.Latest));
  return texts;
}

function withoutComments(file: string): string {
  return (sources.get(file) ?? '').replaceAll(/\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, '');
}

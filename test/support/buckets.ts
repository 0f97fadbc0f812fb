/**
 * The buckets of tests, which are the projects of vitest.config.ts. What a test file imports, itself or through other files of the tests,
 * says how far it reaches, and so which bucket it is in: nobody has to keep a list.
 */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../..');

/**
 * From the farthest to the nearest: a file belongs to the first whose modules it imports, else to `unit`. Tests of `unit` open no
 * socket and start no process (test/support/stay-inside.ts holds them to it).
 */
const REACHES = {
  /** Another process: a browser, Redis, workerd, a command, a bundler. */
  e2e: /^(node:child_process|esbuild|miniflare|playwright-core)$|\/scripts\/bundle-for-workers\.mjs$/,
  /** A TypeScript compiler, for whole programs or to read sources. */
  types: /^typescript$/,
  /** Sockets on loopback (`bailiff-local` opens a port), or modules that are replaced: nobody else may share a process with those. */
  http: /^(node:(http2?|net)|@hono\/node-server|bailiff-local|fastify|polka|socket\.io|supertest|ws|vi\.mock)$/,
} as const;

export type Bucket = keyof typeof REACHES | 'unit';
export const BUCKETS: readonly Bucket[] = ['unit', 'http', 'types', 'e2e'];

/** Types are gone at run time, and a value of a `typeof import` is one. */
const IMPORT =
  /^(?:import|export)\s+(?!type\b)(?:[^'"]*?\bfrom\s+)?['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)/gm;
const REPLACES = /^\s*vi\.(mock|doMock|resetModules)\(/m;
const known = new Map<string, readonly string[]>();

/** What a file imports: names of packages, and paths of files; `vi.mock` where it replaces modules. */
function importsOf(file: string): readonly string[] {
  const before = known.get(file);
  if (before !== undefined) return before;
  const text = readFileSync(file, 'utf8');
  const found = [...text.matchAll(IMPORT)].map(([, from, dynamic]) => {
    const specifier = from ?? dynamic ?? '';
    return specifier.startsWith('.') ? resolve(dirname(file), specifier) : specifier;
  });
  if (REPLACES.test(text)) found.push('vi.mock');
  known.set(file, found);
  return found;
}

/** What a file leads to. Sources of the packages are not followed. */
function reachOf(file: string): ReadonlySet<string> {
  const reach = new Set(importsOf(file));
  // A Set is walked in the order of insertion, what is added on the way included.
  for (const path of reach) {
    const source = path.replace(/\.js$/, '.ts');
    const isOurs = ['test', 'examples', 'bench'].some((folder) => source.startsWith(join(root, folder, '/')));
    if (isOurs && existsSync(source)) for (const further of importsOf(source)) reach.add(further);
  }
  return reach;
}

/** @param file path from the root of the repository */
export function bucketOf(file: string): Bucket {
  const reach = [...reachOf(join(root, file))];
  const far = Object.entries(REACHES).find(([, modules]) => reach.some((name) => modules.test(name)));
  return (far?.[0] as Bucket | undefined) ?? 'unit';
}

/** Every test file, by its path from the root of the repository. The examples show how to test an application: those run as well. */
export const TEST_FILES: readonly string[] = ['test', 'examples'].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.test.ts') && !file.includes('node_modules'))
    .map((file) => `${folder}/${file.replaceAll('\\', '/')}`)
    .sort(),
);

export const filesOf = (bucket: Bucket): string[] => TEST_FILES.filter((file) => bucketOf(file) === bucket);

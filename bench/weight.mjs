/** What a library weighs: its bundle for a Hono app, and the time of a cold import. */
import { spawnSync } from 'node:child_process';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { median } from './lib/stats.mjs';

const root = new URL('..', import.meta.url).pathname;

export async function measureBundle(
  specifier,
  { names = '*', conditions = ['node'], platform = 'node', external = ['hono', 'hono/*', 'express', 'node:*'] } = {},
) {
  const { outputFiles } = await build({
    stdin: { contents: `export ${names} from '${specifier}'`, resolveDir: root },
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    platform,
    conditions,
    external,
    // Not the sources, to which this repository's own tsconfig would lead.
    tsconfigRaw: '{}',
    mainFields: ['module', 'main'],
    logLevel: 'silent',
  });
  const code = outputFiles[0].contents;
  return { minified: code.length, gzip: gzipSync(code, { level: 9 }).length };
}

/** Bytes of each part of the sources in a minified bundle of `names`, packages without ours included. */
export async function measureParts(names) {
  const { outputFiles, metafile } = await build({
    stdin: { contents: `export ${names} from './src/adapters/hono/index.ts'`, resolveDir: root },
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    format: 'esm',
    platform: 'node',
    external: ['hono', 'hono/*', 'node:*'],
    alias: { '#signature': `${root}src/verify/signature.node.ts` },
    tsconfigRaw: '{}',
    mainFields: ['module', 'main'],
    logLevel: 'silent',
  });
  const parts = new Map();
  for (const [file, { bytesInOutput }] of Object.values(metafile.outputs).flatMap(({ inputs }) =>
    Object.entries(inputs),
  )) {
    const inside = /(?:^|\/)src\/(.+)$/.exec(file)?.[1].split('/');
    const outside = /node_modules\/([^/]+)/.exec(file)?.[1];
    const part =
      inside === undefined ? (outside ?? 'entry') : `${inside.slice(0, inside[0] === 'core' ? 2 : 1).join('/')}`;
    const name = /\.ts$/.test(part)
      ? inside[0] === 'core'
        ? 'core, other files'
        : 'ground (errors and their texts)'
      : part;
    parts.set(name, (parts.get(name) ?? 0) + bytesInOutput);
  }
  const sorted = [...parts].filter(([, bytes]) => bytes > 0).sort(([, a], [, b]) => b - a);
  return { total: outputFiles[0].contents.length, parts: sorted };
}

/** Milliseconds that `import(specifier)` adds to a bare start of Node, as medians of interleaved fresh processes. */
export function measureImports(specifiers, rounds = 15) {
  const samples = new Map(specifiers.map((specifier) => [specifier, []]));
  for (let round = 0; round < rounds; round++) {
    for (const specifier of specifiers) {
      const script = `const s = performance.now(); await import('${specifier}'); process.stdout.write(String(performance.now() - s))`;
      const { stdout, status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
        cwd: root,
        encoding: 'utf8',
      });
      if (status !== 0) throw new Error(stderr);
      samples.get(specifier).push(Number(stdout));
    }
  }
  return new Map([...samples].map(([specifier, values]) => [specifier, median(values)]));
}

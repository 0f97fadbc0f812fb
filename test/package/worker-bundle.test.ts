/** What a bundler for Workers makes of the library and its two packages. */
import { build } from 'esbuild';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const src = (file: string) => join(import.meta.dirname, '../../src', file);

/** The packages that came along, and the Node modules that the bundle would load. */
async function bundleFor(conditions: string[], platform: 'neutral' | 'node') {
  const { metafile } = await build({
    stdin: { contents: `export * from '${src('adapters/hono/index.ts')}'`, resolveDir: src(''), loader: 'ts' },
    ...{ bundle: true, write: false, metafile: true, format: 'esm', mainFields: ['module', 'main'] },
    ...{ platform, conditions, external: ['hono', 'hono/*', 'node:*'], splitting: true, outdir: 'out' },
    alias: { '#signature': src(platform === 'node' ? 'verify/signature.node.ts' : 'verify/signature.ts') },
  });
  const packages = Object.keys(metafile.inputs).flatMap((file) => /node_modules\/([^/]+)\//.exec(file)?.[1] ?? []);
  const outputs = Object.values(metafile.outputs);
  const modules = (kind: 'import-statement' | 'dynamic-import') =>
    new Set(outputs.flatMap(({ imports }) => imports.filter((each) => each.kind === kind).map(({ path }) => path)));
  /** What is loaded at once with the first file. */
  const first = outputs.find(({ entryPoint }) => entryPoint === '<stdin>')!;
  const chunks = new Set<string>();
  const follow = (path: string): void => {
    if (chunks.has(path)) return;
    chunks.add(path);
    for (const each of metafile.outputs[path]?.imports ?? []) if (each.kind === 'import-statement') follow(each.path);
  };
  for (const { path, kind } of first.imports) if (kind === 'import-statement') follow(path);
  const atOnce = [first, ...[...chunks].flatMap((path) => metafile.outputs[path] ?? [])].flatMap(({ inputs }) =>
    Object.keys(inputs),
  );
  return {
    packages: new Set(packages),
    node: [...modules('import-statement')].filter((path) => path.startsWith('node:')),
    joseAtOnce: atOnce.filter((file) => file.includes('node_modules/jose/')),
  };
}

it('a Worker gets jose and lru-cache, and no Node module', async () => {
  const { packages, node, joseAtOnce } = await bundleFor(['workerd', 'worker', 'browser'], 'neutral');
  expect(packages).toContain('jose');
  expect(packages).toContain('lru-cache');
  expect(node).toEqual([]);
  expect(joseAtOnce.length).toBeGreaterThan(5);
});

it('for Node, lru-cache would bring `node:diagnostics_channel`, and jose waits until a key needs it', async () => {
  const { packages, node, joseAtOnce } = await bundleFor(['node'], 'node');
  expect(packages).toContain('jose');
  expect(node).toContain('node:diagnostics_channel');
  expect(joseAtOnce).toEqual([]);
});

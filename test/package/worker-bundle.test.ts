/** What a bundler for Workers makes of the library and its two packages. */
import { build, type BuildOptions } from 'esbuild';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { FOR_WORKERS, fromSources } from '../../scripts/bundle-for-workers.mjs';

const src = (file: string) => join(import.meta.dirname, '../../src', file);

const FOR_NODE: BuildOptions = {
  ...{ bundle: true, format: 'esm', platform: 'node', conditions: ['node'], mainFields: ['module', 'main'] },
  alias: { '#signature': src('verify/signature.node.ts') },
};

/** The packages that came along, and the Node modules that the bundle would load. */
async function bundleFor(platform: BuildOptions) {
  const { metafile } = await build({
    stdin: { contents: `export * from '${src('adapters/hono/index.ts')}'`, resolveDir: src(''), loader: 'ts' },
    ...platform,
    ...{ write: false, metafile: true, external: ['hono', 'hono/*', 'node:*'], splitting: true, outdir: 'out' },
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

it("a Worker's bundle has jose and lru-cache, and no module of Node", async () => {
  const { packages, node, joseAtOnce } = await bundleFor({ ...FOR_WORKERS, plugins: [fromSources] });
  expect(packages).toContain('jose');
  expect(packages).toContain('lru-cache');
  expect(node).toEqual([]);
  expect(joseAtOnce.length).toBeGreaterThan(5);
});

it('a server on Node.js loads jose with the first key that needs it', async () => {
  const { packages, joseAtOnce } = await bundleFor(FOR_NODE);
  expect(packages).toContain('jose');
  expect(joseAtOnce).toEqual([]);
});

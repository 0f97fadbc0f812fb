/** `scripts/entry-points.mjs` is the one list of what can be imported: what cannot read it is compared with it here. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ENTRY_POINTS, aliasOf, exportsOf, mayCarry, sampleOf, sourceOf } from '../../scripts/entry-points.mjs';

const root = join(import.meta.dirname, '../..');
const LIST = 'scripts/entry-points.mjs';
const PACKAGES = [
  ['bailiff', 'package.json'],
  ['bailiff-local', 'packages/local/package.json'],
] as const;

const readJson = (file: string) => JSON.parse(readFileSync(join(root, file), 'utf8')) as Record<string, never>;

/** What is wrong, in words that say where to mend it. */
function differences(
  file: string,
  found: Readonly<Record<string, unknown>>,
  wanted: Readonly<Record<string, unknown>>,
) {
  const same = (name: string) => JSON.stringify(found[name]) === JSON.stringify(wanted[name]);
  return [
    ...Object.keys(found)
      .filter((name) => !(name in wanted))
      .map((name) => `${file} has ${name}, which ${LIST} lacks`),
    ...Object.keys(wanted)
      .filter((name) => !(name in found))
      .map((name) => `${LIST} has ${name}, which ${file} lacks`),
    ...Object.keys(wanted)
      .filter((name) => name in found && !same(name))
      .map((name) => `${file} leads ${name} to ${JSON.stringify(found[name])}, not ${JSON.stringify(wanted[name])}`),
  ];
}

describe('the list of entry points', () => {
  it.each(PACKAGES)('%s exports what is listed', (name, file) => {
    expect(differences(file, readJson(file)['exports']!, exportsOf(name))).toEqual([]);
  });

  it('tsconfig.json maps the same names to the same sources', () => {
    const { paths } = JSON.parse(readFileSync(join(root, 'tsconfig.json'), 'utf8')).compilerOptions as {
      paths: Record<string, string[]>;
    };
    const wanted = ENTRY_POINTS.filter(({ isCommand }) => isCommand !== true).map(
      ({ name, source }) => [name, [`./${source}`]] as const,
    );
    const { '#signature': _chosenByTheRuntime, ...found } = paths;
    expect(differences('tsconfig.json', found, Object.fromEntries(wanted))).toEqual([]);
  });

  it('reports differences in both directions', () => {
    expect(differences('package.json', { './a': 'a.js', './c': 'c.js' }, { './b': 'b.js', './c': 'd.js' })).toEqual([
      `package.json has ./a, which ${LIST} lacks`,
      `${LIST} has ./b, which package.json lacks`,
      'package.json leads ./c to "c.js", not "d.js"',
    ]);
  });

  it.each(ENTRY_POINTS.map((entry) => [entry.name, entry] as const))('%s has a source', (_name, entry) => {
    const { find, replacement } = aliasOf(entry);
    const sample = sampleOf(entry);
    expect(sample).toMatch(find);
    expect(existsSync(join(root, sample.replace(find, replacement))), sample).toBe(true);
  });

  it('every adapter is an entry point', () => {
    // A folder without `index.ts` is what several adapters share.
    const folders = readdirSync(join(root, 'src/adapters')).filter((folder) =>
      existsSync(join(root, 'src/adapters', folder, 'index.ts')),
    );
    expect(folders.map((folder) => sourceOf(`bailiff/${folder}`))).toEqual(
      folders.map((folder) => `src/adapters/${folder}/index.ts`),
    );
  });

  it('every peer is optional, and one of the library', () => {
    const { peerDependencies, peerDependenciesMeta } = readJson('package.json');
    for (const peer of ENTRY_POINTS.flatMap(({ peers }) => peers)) {
      expect(Object.keys(peerDependencies!)).toContain(peer);
      expect(peerDependenciesMeta![peer], peer).toEqual({ optional: true });
    }
  });
});

describe('the contents of a bundle', () => {
  const [hono] = ENTRY_POINTS.filter(({ name }) => name === 'bailiff/hono');
  it.each([
    ['src/adapters/hono/guards.ts', true],
    ['src/adapters/node/body.ts', true],
    ['src/core/index.ts', true],
    ['node_modules/jose/dist/webapi/index.js', true],
    ['src/adapters/express/guards.ts', false],
    ['src/api/client.ts', false],
    ['packages/local/src/index.ts', false],
  ])('bailiff/hono: %s: %s', (file, allowed) => {
    expect(mayCarry(hono!, file)).toBe(allowed);
  });
});

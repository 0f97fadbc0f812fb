/** `npm run release` in a copy of the repository, with an npm that only writes down what it is asked for. */
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const MANIFESTS = ['package.json', 'packages/local/package.json'];
const FILES = [...MANIFESTS, 'package-lock.json', 'scripts', 'src/ground/version.ts'];
const CHANGELOG = '# Changes\n\n## Unreleased\n\n### Added\n\n- Something.\n';

let copy: string;
let tools: string;
const git = (...args: string[]) => execFileSync('git', args, { cwd: copy, encoding: 'utf8' });
const read = (file: string) => readFileSync(join(copy, file), 'utf8');
const manifest = (file: string) =>
  JSON.parse(read(file)) as { version: string; peerDependencies: Record<string, string> };

beforeEach(() => {
  copy = mkdtempSync(join(tmpdir(), 'bailiff-release-'));
  tools = mkdtempSync(join(tmpdir(), 'bailiff-release-npm-'));
  for (const file of FILES) {
    mkdirSync(join(copy, file, '..'), { recursive: true });
    cpSync(join(root, file), join(copy, file), { recursive: true });
  }
  writeFileSync(join(copy, 'CHANGELOG.md'), CHANGELOG);
  writeFileSync(join(tools, 'npm'), `#!/bin/sh\necho "$@" >> '${join(tools, 'calls')}'\n`);
  chmodSync(join(tools, 'npm'), 0o755);
  git('init', '--quiet');
  git('config', 'user.name', 'Test');
  git('config', 'user.email', 'test@example.test');
  git('add', '--all');
  git('commit', '--quiet', '--message', 'All');
});
afterEach(() => {
  for (const folder of [copy, tools]) rmSync(folder, { recursive: true, force: true });
});

function release(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(copy, 'scripts/release.mjs'), ...args], {
    cwd: copy,
    encoding: 'utf8',
    env: { ...process.env, PATH: `${tools}${delimiter}${process.env['PATH'] ?? ''}` },
  });
  const calls = join(tools, 'calls');
  return {
    status,
    output: stdout + stderr,
    calls: existsSync(calls) ? readFileSync(calls, 'utf8').trim().split('\n') : [],
  };
}

it('a rehearsal packs both packages and changes nothing', () => {
  const { status, calls } = release('minor', '--skip-tests');
  expect(status).toBe(0);
  expect(calls).toEqual(['run build', 'publish --workspaces --dry-run --provenance=false']);
  expect(git('status', '--porcelain')).toBe('');
});

it('a release gives both packages one version, in every place, and publishes both', () => {
  const { status, calls } = release('7.8.9', '--publish');
  expect(status).toBe(0);
  expect(calls).toEqual([
    'test',
    'run build',
    'install --package-lock-only --ignore-scripts',
    'run build',
    'publish --workspaces',
  ]);
  expect(MANIFESTS.map((file) => manifest(file).version)).toEqual(['7.8.9', '7.8.9']);
  expect(manifest('packages/local/package.json').peerDependencies['bailiff']).toBe('^7.8.9');
  expect(read('src/ground/version.ts')).toContain("VERSION = '7.8.9'");
  expect(read('CHANGELOG.md')).toMatch(/## Unreleased\n\n## 7\.8\.9 - \d{4}-\d\d-\d\d\n\n### Added/);
  // All of it is in the commit that has the tag.
  expect(git('status', '--porcelain')).toBe('');
  expect(git('describe', '--exact-match').trim()).toBe('v7.8.9');
});

it('both packages are published with provenance', () => {
  for (const file of MANIFESTS)
    expect(JSON.parse(read(file))).toMatchObject({ publishConfig: { access: 'public', provenance: true } });
});

it('a release is refused if the versions differ', () => {
  const path = join(copy, 'packages/local/package.json');
  writeFileSync(path, read('packages/local/package.json').replace(/"version": "[^"]+"/, '"version": "0.0.1"'));
  const { status, output, calls } = release('minor', '--skip-tests');
  expect(status).toBe(1);
  expect(output).toContain('packages/local/package.json has another version');
  expect(calls).toEqual([]);
});

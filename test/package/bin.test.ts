/** The command's stub: it hands over to `bailiff-local`, or says that it is missing. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { transform } from 'esbuild';
import { afterEach, beforeEach, expect, it } from 'vitest';

const CLI = 'process.stdout.write(JSON.stringify([NAME, ...process.argv.slice(2)])); process.exitCode = 3;';

let root: string;
/** Where the library is installed, and where the command is called. */
let library: string;
let project: string;
beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'bailiff-bin-'));
  library = join(root, 'global/node_modules/bailiff/dist/bin');
  project = join(root, 'project');
  mkdirSync(library, { recursive: true });
  mkdirSync(project);
  const source = readFileSync(join(import.meta.dirname, '../../src/bin/bailiff.ts'), 'utf8');
  const { code } = await transform(source, { loader: 'ts', format: 'esm' });
  writeFileSync(join(library, 'bailiff.mjs'), code);
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function installLocal(folder: string, exports: object = { './cli': './cli.js' }): void {
  const local = join(folder, 'node_modules/bailiff-local');
  mkdirSync(local, { recursive: true });
  writeFileSync(join(local, 'package.json'), JSON.stringify({ name: 'bailiff-local', type: 'module', exports }));
  writeFileSync(join(local, 'cli.js'), CLI.replace('NAME', JSON.stringify(folder)));
}

const bailiff = (...args: string[]) =>
  spawnSync(process.execPath, [join(library, 'bailiff.mjs'), ...args], { cwd: project, encoding: 'utf8' });

it('names the missing package bailiff-local and exits with 1', () => {
  const { status, stdout, stderr } = bailiff('local', '--port', '0');
  expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
  expect(stderr).toContain('npm install --save-dev bailiff-local');
  expect(stderr.trim().split('\n')).toHaveLength(1);
});

it('starts the one beside the library, with arguments and exit code', () => {
  const beside = join(root, 'global');
  installLocal(beside);
  installLocal(project);
  const { status, stdout, stderr } = bailiff('token', 'session', '--json');
  expect({ status, stderr }).toEqual({ status: 3, stderr: '' });
  expect(JSON.parse(stdout)).toEqual([beside, 'token', 'session', '--json']);
});

it("starts the project's one in strict layouts and global installs, which have none beside", () => {
  installLocal(project);
  const { status, stdout } = bailiff('doctor');
  expect(status).toBe(3);
  expect(JSON.parse(stdout)).toEqual([project, 'doctor']);
});

it('does not report bailiff-local as missing if it has no such command', () => {
  installLocal(project, { '.': './cli.js' });
  const { status, stderr } = bailiff('doctor');
  expect(status).toBe(1);
  expect(stderr).toContain('ERR_PACKAGE_PATH_NOT_EXPORTED');
});

// Both packages as npm publishes them, for the checks that install them like a stranger.
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, readJson } from './document.mjs';

/** Where each package stands in the repository; the library first, because the other one needs it. */
export const FOLDERS = { bailiff: '', 'bailiff-local': 'packages/local' };

/** Versions that the tests run with. */
export const { devDependencies: DEV } = readJson('package.json');

/**
 * Packs both into `folder`.
 * @returns by name: `tarball` (its path), `files` (paths inside), `size` (bytes of the tarball)
 */
export function pack(folder) {
  const output = run('npm', ['pack', '--json', '--workspaces', '--pack-destination', folder], ROOT);
  return Object.fromEntries(
    JSON.parse(output).map(({ name, filename, files, size }) => [
      name,
      { tarball: join(folder, filename), files: files.map(({ path }) => path), size },
    ]),
  );
}

/** An empty project with these packages. */
export function project(folder, packages, options = []) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
  install(folder, packages, options);
  return folder;
}

export function install(folder, packages, options = []) {
  run(
    'npm',
    ['install', '--no-audit', '--no-fund', '--loglevel=error', '--prefer-offline', ...options, ...packages],
    folder,
  );
}

/** @returns what the command printed. Throws when it fails, after showing what it complained of. */
export function run(command, args, cwd, env = process.env) {
  return execFileSync(command, args, { cwd, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
}

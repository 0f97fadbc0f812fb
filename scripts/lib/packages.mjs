// Both packages as npm publishes them, for the checks that install them like a stranger.
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, parseJson, readJson } from './document.mjs';

/** Where each package stands in the repository; the library first, because the other one needs it. */
export const FOLDERS = { bailiff: '', 'bailiff-local': 'packages/local' };

/** Versions that the tests run with. */
export const { devDependencies: DEV } = /** @type {{ devDependencies: Record<string, string> }} */ (
  readJson('package.json')
);

/**
 * @typedef {object} Packed
 * @property {string} tarball its path
 * @property {string[]} files paths inside
 * @property {number} size bytes of the tarball
 *
 * @typedef {{ name: keyof typeof FOLDERS, filename: string, files: { path: string }[], size: number }} NpmPacked
 */

/**
 * Packs both into `folder`.
 * @param {string} folder
 * @returns {Record<keyof typeof FOLDERS, Packed>}
 */
export function pack(folder) {
  const output = run('npm', ['pack', '--json', '--workspaces', '--pack-destination', folder], ROOT);
  const packed = /** @type {NpmPacked[]} */ (parseJson(output));
  const of = (/** @type {keyof typeof FOLDERS} */ wanted) => {
    const found = packed.find(({ name }) => name === wanted);
    if (found === undefined) throw new Error(`npm packed no ${wanted}.`);
    return { tarball: join(folder, found.filename), files: found.files.map(({ path }) => path), size: found.size };
  };
  return { bailiff: of('bailiff'), 'bailiff-local': of('bailiff-local') };
}

/**
 * An empty project with these packages.
 * @param {string} folder
 * @param {readonly string[]} packages as `npm install` takes them
 * @param {readonly string[]} [options] of `npm install`
 * @returns {string} the folder
 */
export function project(folder, packages, options = []) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
  install(folder, packages, options);
  return folder;
}

/**
 * @param {string} folder
 * @param {readonly string[]} packages
 * @param {readonly string[]} [options]
 */
export function install(folder, packages, options = []) {
  run(
    'npm',
    ['install', '--no-audit', '--no-fund', '--loglevel=error', '--prefer-offline', ...options, ...packages],
    folder,
  );
}

/**
 * @param {string} command
 * @param {readonly string[]} args
 * @param {string} cwd
 * @param {Record<string, string | undefined>} [env]
 * @returns {string} what the command printed. Throws when it fails, after showing what it complained of.
 */
export function run(command, args, cwd, env = process.env) {
  return execFileSync(command, args, { cwd, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
}

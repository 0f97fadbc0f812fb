// Releases a version of both packages: clean tree, tests, version and changelog, packages. Without `--publish` it only shows what it would do.
//
//   npm run release -- minor               a rehearsal: nothing is written, committed or published
//   npm run release -- minor --publish     writes, commits, tags, and publishes with provenance (in CI, where there is any)
//   --skip-tests                           in a rehearsal alone
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseJson } from './lib/document.mjs';
import { FOLDERS } from './lib/packages.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
/** The version once more, for runtimes that cannot read JSON. */
const VERSION_MODULE = 'src/ground/version.ts';
const STEPS = ['major', 'minor', 'patch'];

const args = process.argv.slice(2);
const publish = args.includes('--publish');
const wanted = args.find((arg) => !arg.startsWith('--')) ?? 'patch';

/** @typedef {string[]} Words */
const run = (/** @type {string} */ command, /** @type {Words} */ ...rest) =>
  execFileSync(command, rest, { cwd: root, stdio: 'inherit' });
const read = (/** @type {string} */ command, /** @type {Words} */ ...rest) =>
  execFileSync(command, rest, { cwd: root, encoding: 'utf8' }).trim();

const manifests = Object.values(FOLDERS).map((folder) => join(folder, 'package.json'));
/** @typedef {{ version: string, peerDependencies?: Record<string, string> }} Manifest */
const readManifest = (/** @type {string} */ path) =>
  /** @type {Manifest} */ (parseJson(readFileSync(join(root, path), 'utf8')));
const current = readManifest('package.json').version;
const other = manifests.find((path) => readManifest(path).version !== current);
if (other !== undefined) stop(`${other} has another version than package.json, which has ${current}.`);
const version = nextVersion(current, wanted);
const date = new Date().toISOString().slice(0, 10);
const changelog = releaseSection(readFileSync(`${root}CHANGELOG.md`, 'utf8'), version, date);

const changed = read('git', 'status', '--porcelain');
if (changed !== '') {
  if (publish) stop(`the tree is not clean:\n${changed}`);
  console.log(`(a real release would stop here: the tree is not clean)\n${changed}\n`);
}
if (publish && read('git', 'tag', '--list', `v${version}`) !== '') stop(`v${version} is tagged already.`);

if (publish || !args.includes('--skip-tests')) run('npm', 'test');
run('npm', 'run', 'build');

console.log(`\n${current} -> ${version}, ${date}. The changelog's section:\n\n${changelog.section}\n`);
if (!publish) {
  run('npm', 'publish', '--workspaces', '--dry-run', '--provenance=false');
  console.log('\nA rehearsal: nothing was written. `--publish` does it.');
} else {
  for (const path of manifests) setVersion(path);
  const module = readFileSync(join(root, VERSION_MODULE), 'utf8');
  writeFileSync(join(root, VERSION_MODULE), module.replace(`'${current}'`, `'${version}'`));
  // Only the lock file: what is installed stays.
  run('npm', 'install', '--package-lock-only', '--ignore-scripts');
  writeFileSync(`${root}CHANGELOG.md`, changelog.text);
  run('npm', 'run', 'build');
  run(
    'git',
    'commit',
    '-m',
    `Release ${version}`,
    '--',
    ...manifests,
    VERSION_MODULE,
    'package-lock.json',
    'CHANGELOG.md',
  );
  run('git', 'tag', '-a', `v${version}`, '-m', `v${version}`);
  // The library first: the other one needs it as a peer.
  run('npm', 'publish', '--workspaces');
}

/**
 * @param {string} why
 * @returns {never}
 */
function stop(why) {
  console.error(`Not released: ${why}`);
  process.exit(1);
}

/** In a manifest: the version, and what the local instance asks of the library. */
function setVersion(/** @type {string} */ path) {
  const manifest = readManifest(path);
  manifest.version = version;
  if (manifest.peerDependencies?.['bailiff']) manifest.peerDependencies['bailiff'] = `^${version}`;
  writeFileSync(join(root, path), `${JSON.stringify(manifest, null, 2)}\n`);
}

/**
 * @param {string} current
 * @param {string} step `major`, `minor`, `patch`, or a version
 */
function nextVersion(current, step) {
  if (/^\d+\.\d+\.\d+$/.test(step)) return step;
  const at = STEPS.indexOf(step);
  if (at === -1) return stop(`${step} is neither ${STEPS.join(', ')} nor a version.`);
  return current
    .split('.')
    .map((part, index) => (index < at ? part : index === at ? Number(part) + 1 : 0))
    .join('.');
}

/**
 * What is under "Unreleased" becomes the version's section, dated; an empty one is nothing to release.
 * @param {string} text
 * @param {string} next
 * @param {string} day
 */
function releaseSection(text, next, day) {
  const [head = '', rest] = text.split('## Unreleased\n');
  if (rest === undefined) return stop('CHANGELOG.md has no "## Unreleased".');
  const end = rest.search(/^## /m);
  const section = (end === -1 ? rest : rest.slice(0, end)).trim();
  if (section === '') return stop('nothing stands under "## Unreleased" in CHANGELOG.md.');
  const older = end === -1 ? '' : `\n${rest.slice(end)}`;
  return { section, text: `${head}## Unreleased\n\n## ${next} - ${day}\n\n${section}\n${older}` };
}

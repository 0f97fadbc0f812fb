// Releases a version: clean tree, tests, version and changelog, package. Without `--publish` it only shows what it would do.
//
//   npm run release -- minor               a rehearsal: nothing is written, committed or published
//   npm run release -- minor --publish     writes, commits, tags, and publishes with provenance (in CI, where there is any)
//   --skip-tests                           in a rehearsal alone
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const STEPS = ['major', 'minor', 'patch'];

const args = process.argv.slice(2);
const publish = args.includes('--publish');
const wanted = args.find((arg) => !arg.startsWith('--')) ?? 'patch';

const run = (command, ...rest) => execFileSync(command, rest, { cwd: root, stdio: 'inherit' });
const read = (command, ...rest) => execFileSync(command, rest, { cwd: root, encoding: 'utf8' }).trim();
const stop = (why) => {
  console.error(`Not released: ${why}`);
  process.exit(1);
};

const manifest = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));
const version = nextVersion(manifest.version, wanted);
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

console.log(`\n${manifest.version} -> ${version}, ${date}. The changelog's section:\n\n${changelog.section}\n`);
if (!publish) {
  run('npm', 'publish', '--dry-run', '--provenance=false');
  console.log('\nA rehearsal: nothing was written. `--publish` does it.');
} else {
  run('npm', 'version', version, '--no-git-tag-version', '--allow-same-version');
  writeFileSync(`${root}CHANGELOG.md`, changelog.text);
  run('npm', 'run', 'build');
  run('git', 'commit', '-m', `Release ${version}`, '--', 'package.json', 'package-lock.json', 'CHANGELOG.md');
  run('git', 'tag', '-a', `v${version}`, '-m', `v${version}`);
  run('npm', 'publish');
}

/** @param step `major`, `minor`, `patch`, or a version */
function nextVersion(current, step) {
  if (/^\d+\.\d+\.\d+$/.test(step)) return step;
  const at = STEPS.indexOf(step);
  if (at === -1) return stop(`${step} is neither ${STEPS.join(', ')} nor a version.`);
  return current
    .split('.')
    .map((part, index) => (index < at ? part : index === at ? Number(part) + 1 : 0))
    .join('.');
}

/** What is under "Unreleased" becomes the version's section, dated; an empty one is nothing to release. */
function releaseSection(text, next, day) {
  const [head, rest] = text.split('## Unreleased\n');
  if (rest === undefined) return stop('CHANGELOG.md has no "## Unreleased".');
  const end = rest.search(/^## /m);
  const section = (end === -1 ? rest : rest.slice(0, end)).trim();
  if (section === '') return stop('nothing stands under "## Unreleased" in CHANGELOG.md.');
  const older = end === -1 ? '' : `\n${rest.slice(end)}`;
  return { section, text: `${head}## Unreleased\n\n## ${next} - ${day}\n\n${section}\n${older}` };
}

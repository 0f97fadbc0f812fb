/**
 * Packs both packages as npm would, installs the tarballs in empty projects, and uses them there as a stranger: what a server
 * gets has its limits, every entry point is imported, types are compiled under two module resolutions, and optional peers stay optional.
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FOR_TYPES, IMPORTABLE, PEERS, namesFor, sampleOf } from './entry-points.mjs';
import { ROOT, parseJson } from './lib/document.mjs';
import { DEV, FOLDERS, pack, project as projectIn, run } from './lib/packages.mjs';

/** Of what `npm install --omit=dev bailiff` writes; sizes in MB of 1,000,000 bytes. Most of lru-cache is source maps. */
// Both builds (ES modules and CommonJS), 239 operations and their types are in it.
const LIMITS = { packages: 6, total: 2.6, withoutSourceMapsOfLruCache: 2, withoutLruCache: 1.7 };
/** A developer's packages, and what the offline instance alone reads: none of it is for a server. */
const NOT_FOR_SERVERS = ['ajv', 'ajv-formats', 'bailiff-local', 'bcryptjs', 'commander', 'yaml'];
/** How much longer than an empty Node.js `bailiff local` may take until it says where it is. */
const START_RATIO = 4;

const work = mkdtempSync(join(tmpdir(), 'bailiff-package-'));
const project = (
  /** @type {string} */ name,
  /** @type {readonly string[]} */ packages,
  /** @type {readonly string[]} */ options = [],
) => projectIn(join(work, name), packages, options);

try {
  const packed = pack(work);
  for (const [name, { files, size }] of Object.entries(packed)) {
    const surplus = files.filter((file) => !/^(dist\/.*(?<!\.map)|README\.md|LICENSE|package\.json)$/.test(file));
    if (surplus.length > 0) fail(`The tarball of ${name} holds what it should not: ${surplus.slice(0, 5).join(', ')}`);
    console.log(`packed ${name}: ${files.length} files, ${(size / 1000).toFixed(0)} kB`);
  }
  const [library, local] = [packed.bailiff.tarball, packed['bailiff-local'].tarball];

  checkServer(project('server', [library], ['--omit=dev']));

  // A Hono user has no Express, and the other way round.
  for (const peer of PEERS) {
    const names = IMPORTABLE.filter(({ peers }) => peers.includes(peer)).map(sampleOf);
    const folder = project(peer.replaceAll(/\W/g, '-'), [library, `${peer}@${DEV[peer]}`], ['--legacy-peer-deps']);
    importAll(folder, names);
  }

  const developer = project('developer', [library, local]);
  importAll(developer, ['bailiff', ...namesFor({ packages: ['bailiff-local'] })]);
  run('npx', ['--no-install', 'bailiff', 'doctor', '--help'], developer);
  await checkStart(developer);

  checkTypes(library, local);
  for (const folder of Object.values(FOLDERS)) run('npx', ['--no-install', 'publint', '--strict', folder || '.'], ROOT);
  console.log('publint: clean');
  for (const { tarball } of Object.values(packed)) checkResolution(tarball);
  console.log('arethetypeswrong: clean');
} finally {
  rmSync(work, { recursive: true, force: true });
}

/**
 * @param {string} message
 * @returns {never}
 */
function fail(message) {
  throw new Error(message);
}

/** What a production server gets: so much and no more, each package known by name and licence, and none with a known fault. */
function checkServer(/** @type {string} */ folder) {
  const modules = join(folder, 'node_modules');
  const files = readdirSync(modules, { recursive: true, encoding: 'utf8', withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, path, name }) => join(parentPath ?? path, name));
  const installed = files
    .map((file) => /^(?:@[^/]+\/)?[^/]+(?=\/package\.json$)/.exec(file.slice(modules.length + 1))?.[0])
    .filter((name) => name !== undefined)
    .sort();
  const megabytes = (/** @type {(file: string) => boolean} */ isCounted) =>
    files
      .filter((file) => isCounted(file.slice(modules.length + 1)))
      .reduce((sum, file) => sum + statSync(file).size, 0) / 1e6;
  const found = {
    packages: installed.length,
    total: megabytes(() => true),
    withoutSourceMapsOfLruCache: megabytes((file) => !/^lru-cache\/.*\.map$/.test(file)),
    withoutLruCache: megabytes((file) => !file.startsWith('lru-cache/')),
  };
  for (const what of /** @type {(keyof typeof LIMITS)[]} */ (Object.keys(LIMITS))) {
    const limit = LIMITS[what];
    console.log(`npm install --omit=dev bailiff, ${what}: ${Number(found[what].toFixed(2))} (limit ${limit})`);
    if (found[what] > limit) fail(`${what} is over: ${installed.join(', ')}`);
  }
  const forbidden = files.filter(
    (file) =>
      NOT_FOR_SERVERS.some((name) => file.startsWith(join(modules, name, '/'))) || file.includes('backend-api-20'),
  );
  if (forbidden.length > 0) fail(`A server would install ${forbidden[0]}`);

  const licences = installed.map((name) => {
    const { license } = /** @type {{ license: string }} */ (
      parseJson(readFileSync(join(modules, name, 'package.json'), 'utf8'))
    );
    return `${name} ${license}`;
  });
  const [, section = ''] = readFileSync(join(ROOT, 'docs/security.md'), 'utf8').split('## What a server installs\n');
  const listed = [...(section.split('\n## ')[0] ?? '').matchAll(/^\| `([^`]+)` +\| ([^|]+?) +\|/gm)];
  const table = listed.map(([, name, licence]) => `${name} ${licence}`).sort();
  if (table.join() !== licences.join())
    fail(`docs/security.md lists ${table.join(', ')}; installed: ${licences.join(', ')}`);
  console.log('licences as in docs/security.md');
  audit(folder);

  importAll(folder, namesFor({ packages: ['bailiff'] }));
  const { status, stderr } = spawnSync('npx', ['--no-install', 'bailiff', 'local'], { cwd: folder, encoding: 'utf8' });
  if (status !== 1 || !stderr.includes('npm install --save-dev bailiff-local'))
    fail(`Without bailiff-local, the command ended with ${status}: ${stderr}`);
}

/** @typedef {{ metadata?: { vulnerabilities: { total: number } }, message?: string }} Audit what `npm audit --json` prints */

/** A registry that has no advisories is no fault of the package. */
function audit(/** @type {string} */ folder) {
  const { stdout } = spawnSync('npm', ['audit', '--omit=dev', '--json'], { cwd: folder, encoding: 'utf8' });
  const { metadata, message } = /** @type {Audit} */ (parseJson(stdout));
  if (metadata === undefined) console.log(`npm audit: not possible here: ${message}`);
  else if (metadata.vulnerabilities.total > 0) fail(`npm audit:\n${stdout}`);
  else console.log('npm audit: nothing found');
}

/** Each time beside an empty Node.js, which costs the most of it, so that a slow minute is slow for both. */
async function checkStart(/** @type {string} */ folder) {
  const main = join(folder, 'node_modules/.bin/bailiff');
  const ratios = [];
  for (let round = 0; round < 9; round++) {
    const empty = await untilFirstLine(['-p', '1'], folder);
    ratios.push((await untilFirstLine([main, 'local', '--port', '0', '--json'], folder)) / empty);
  }
  const ratio = ratios.sort((a, b) => a - b)[4] ?? Infinity;
  console.log(`bailiff local: its first line after ${ratio.toFixed(2)} times an empty Node.js (limit ${START_RATIO})`);
  if (ratio > START_RATIO) fail('bailiff local starts too slowly.');
}

async function untilFirstLine(/** @type {readonly string[]} */ args, /** @type {string} */ cwd) {
  const started = performance.now();
  const child = spawn(process.execPath, args, { cwd, stdio: ['ignore', 'pipe', 'inherit'] });
  /** @type {unknown[]} */
  const said = await Promise.race([once(child.stdout, 'data'), once(child, 'close')]);
  const duration = performance.now() - started;
  if (!Buffer.isBuffer(said[0])) fail(`${args.join(' ')} said nothing.`);
  if (child.kill('SIGTERM') && child.exitCode === null) await once(child, 'close');
  return duration;
}

/** Under both module resolutions that matter, the declarations of others included. */
function checkTypes(/** @type {string[]} */ ...tarballs) {
  const tools = ['typescript', ...PEERS, ...FOR_TYPES].map((name) => `${name}@${DEV[name]}`);
  const folder = project('types', [...tarballs, ...tools], ['--legacy-peer-deps']);
  writeFileSync(
    join(folder, 'app.ts'),
    `${IMPORTABLE.map((entry, index) => `import * as entry${index} from '${sampleOf(entry)}';`).join('\n')}
import type { Auth } from 'bailiff';
import type { UsersListParams } from 'bailiff/api';
export const used = [${IMPORTABLE.map((_, index) => `entry${index}`).join(', ')}];
export const who = (auth: Auth): string | null => (auth.tokenType === 'session_token' ? auth.userId : null);
export type Params = UsersListParams;
`,
  );
  const common = ['--noEmit', '--strict', '--skipLibCheck', 'false', '--lib', 'es2023,dom,dom.iterable'];
  /** @type {[module: string, resolution: string][]} */
  const resolutions = [
    ['node16', 'node16'],
    ['esnext', 'bundler'],
  ];
  for (const [module, moduleResolution] of resolutions) {
    const resolution = [
      '--target',
      'es2022',
      '--types',
      'node',
      '--module',
      module,
      '--moduleResolution',
      moduleResolution,
    ];
    run('npx', ['--no-install', 'tsc', ...common, ...resolution, 'app.ts'], folder);
    console.log(`types compile under moduleResolution ${moduleResolution}`);
  }
}

function checkResolution(/** @type {string} */ tarball) {
  // Without types, because nobody imports them: the manifest, and the command, which is run.
  const without = ['./package.json', './cli'];
  run('npx', ['--no-install', 'attw', tarball, '--exclude-entrypoints', ...without], ROOT);
}

function importAll(/** @type {string} */ folder, /** @type {readonly string[]} */ specifiers) {
  for (const specifier of specifiers) {
    const code = `const m = await import('${specifier}'); if (Object.keys(m).length === 0) throw new Error('${specifier} exports nothing')`;
    run('node', ['--input-type=module', '-e', code], folder);
    console.log(`imported ${specifier} in an empty project`);
  }
}

/**
 * `npm run runtimes [-- node20 node22 node24 node26 bun deno workerd]`: installs the packed tarballs in an empty
 * project and runs test/runtimes/contract.mjs there, on every runtime; the offline instance and the command on all but workerd. All
 * runtimes come from npm. In workerd the bundle is made by esbuild for Workers, without Node's compatibility flag: what would pull in
 * a Node module fails to build.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleForWorkers } from './bundle-for-workers.mjs';
import { PEERS, namesFor } from './entry-points.mjs';
import { DEV, pack, project as projectIn } from './lib/packages.mjs';

const root = new URL('..', import.meta.url).pathname;
const work = mkdtempSync(join(tmpdir(), 'bailiff-runtimes-'));

/**
 * @typedef {object} RuntimeUnderTest
 * @property {readonly string[]} packages where it comes from
 * @property {(bin: string) => Words} [command] absent: it is workerd, which runs a bundle
 *
 * @typedef {[command: string, ...args: string[]]} Words
 */

/** @type {Record<string, RuntimeUnderTest>} */
const RUNTIMES = {
  node20: { packages: [], command: () => [process.execPath] },
  node22: { packages: ['node@22'], command: (bin) => [join(bin, 'node')] },
  node24: { packages: ['node@24'], command: (bin) => [join(bin, 'node')] },
  node26: { packages: ['node@26'], command: (bin) => [join(bin, 'node')] },
  bun: { packages: ['bun@1'], command: (bin) => [join(bin, 'bun'), 'run'] },
  deno: { packages: ['deno@2'], command: (bin) => [join(bin, 'deno'), 'run', '-A'] },
  workerd: { packages: ['miniflare@4.20260730.0'] },
};
const chosen = process.argv.slice(2).length > 0 ? process.argv.slice(2) : Object.keys(RUNTIMES);

let failed = 0;
try {
  const { bailiff, 'bailiff-local': local } = pack(work);
  const project = projectIn(join(work, 'project'), [
    bailiff.tarball,
    local.tarball,
    ...PEERS.map((name) => `${name}@${DEV[name]}`),
  ]);
  for (const file of ['contract.mjs', 'local.mjs', 'main.mjs', 'worker.mjs'])
    cpSync(join(root, 'test/runtimes', file), join(project, file));

  for (const name of chosen) {
    const runtime = RUNTIMES[name];
    if (runtime === undefined) throw new Error(`${name} is none of ${Object.keys(RUNTIMES).join(', ')}.`);
    const tools = join(work, name);
    if (runtime.packages.length > 0) projectIn(tools, runtime.packages);
    const started = performance.now();
    const ok = !runtime.command
      ? await runWorker(project, tools)
      : runProcess(project, runtime.command(join(tools, 'node_modules/.bin')), namesFor({ runtime: kindOf(name) }));
    if (!ok) failed++;
    console.log(`${ok ? 'ok' : 'FAILED'}: ${name} (${((performance.now() - started) / 1000).toFixed(1)} s)`);
    rmSync(tools, { recursive: true, force: true });
  }
} finally {
  rmSync(work, { recursive: true, force: true });
}
console.log(`${chosen.length - failed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

/** `node22` is Node. */
function kindOf(/** @type {string} */ name) {
  return /** @type {import('./entry-points.mjs').Runtime} */ (name.replace(/\d+$/, ''));
}

/**
 * The contract, the offline instance, and the command as npm links it.
 * @param {string} project
 * @param {Words} words
 * @param {readonly string[]} entryPoints
 */
function runProcess(project, [command, ...args], entryPoints) {
  const bin = 'node_modules/bailiff/dist/bin/bailiff.js';
  return [['main.mjs', ...entryPoints], ['local.mjs'], [bin, 'token', 'session', '--seed', 'runtimes']].every(
    (script) => {
      const { status, stdout, stderr } = spawnSync(command, [...args, ...script], {
        cwd: project,
        encoding: 'utf8',
        timeout: 120_000,
      });
      const ok = status === 0 && (script[0] !== bin || stdout.startsWith('eyJ'));
      if (!ok) console.error(script.join(' '), stdout, stderr);
      return ok;
    },
  );
}

async function runWorker(/** @type {string} */ project, /** @type {string} */ tools) {
  const names = namesFor({ runtime: 'workerd' });
  const contents = [
    "import { createWorker } from './worker.mjs';",
    ...names.map((name, index) => `import * as entry${index} from '${name}';`),
    `export default createWorker({ ${names.map((name, index) => `'${name}': entry${index}`).join(', ')} });`,
  ].join('\n');
  const bundle = await bundleForWorkers({ stdin: { contents, resolveDir: project } });
  writeFileSync(join(project, 'worker.bundle.mjs'), bundle);
  if (/from\s*["']node:|require\(["']node:/.test(bundle)) {
    console.error('The Worker bundle imports a Node module.');
    return false;
  }
  writeFileSync(
    join(tools, 'run.mjs'),
    `import { Miniflare } from 'miniflare';
import { readFileSync } from 'node:fs';
const miniflare = new Miniflare({ modules: [{ type: 'ESModule', path: 'worker.mjs', contents: readFileSync(process.argv[2], 'utf8') }], compatibilityDate: '2026-01-01' });
try {
  const response = await miniflare.dispatchFetch('http://127.0.0.1/');
  const results = await response.json();
  for (const { name, ok, error } of results) console.log((ok ? 'ok   ' : 'FAIL ') + name + (ok ? '' : '\\n' + error));
  process.exitCode = results.length >= 9 && results.every(({ ok }) => ok) ? 0 : 1;
} finally {
  await miniflare.dispose();
}
`,
  );
  const { status, stdout, stderr } = spawnSync(process.execPath, ['run.mjs', join(project, 'worker.bundle.mjs')], {
    cwd: tools,
    encoding: 'utf8',
    timeout: 120_000,
  });
  if (status !== 0) console.error(stdout, stderr);
  return status === 0;
}

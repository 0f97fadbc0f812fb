/**
 * Follows the README as a newcomer would, with the packed tarballs in an empty folder: installs what it says, starts
 * an offline instance and takes its keys, saves each server, starts it on every runtime, in CommonJS and from TypeScript, and sends its
 * curl lines. Only the ports are others.
 */
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseEnv } from 'node:util';
import { Miniflare } from 'miniflare';
import { bundleForWorkers } from './bundle-for-workers.mjs';
import { freePort } from './lib/free-port.mjs';
import { install, pack } from './lib/packages.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const readme = readFileSync(join(root, 'README.md'), 'utf8');
const work = mkdtempSync(join(tmpdir(), 'bailiff-readme-'));
/** Beside the one that runs this. */
const NODES = ['22', '24', '26'];
const tools = join(work, 'tools/node_modules/.bin');
/** @type {import('node:child_process').ChildProcess[]} */
const children = [];
/** Without the keys of the person who runs this. */
const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('CLERK_')));
const run = (/** @type {string} */ command, /** @type {readonly string[]} */ args, /** @type {string} */ cwd) =>
  execFileSync(command, args, { cwd, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

try {
  const packed = pack(work);
  install(work, ['bun@1', 'deno@2'], ['--prefix', join(work, 'tools')]);
  for (const version of NODES) install(work, [`node@${version}`], ['--prefix', join(work, version)]);
  for (const framework of ['express', 'hono']) await follow(framework, packed);
} finally {
  // With what they started themselves: npx does not pass a signal on.
  for (const { pid } of children) if (pid !== undefined) process.kill(-pid);
  rmSync(work, { recursive: true, force: true });
}

/**
 * @param {string} framework
 * @param {ReturnType<typeof pack>} packed
 */
async function follow(framework, packed) {
  const folder = join(work, framework);
  mkdirSync(folder);
  const [, packages = ''] = need(new RegExp(`^npm install bailiff (.*${framework}.*)$`, 'm'));
  run('npm', ['init', '-y'], folder);
  install(folder, [packed.bailiff.tarball, ...packages.split(' ')]);
  const [, development = ''] = need(/^npm install --save-dev (.*)$/m);
  install(
    folder,
    development.split(' ').map((name) => (name === 'bailiff-local' ? packed[name].tarball : name)),
    ['--save-dev'],
  );

  const local = start('npx', ['--no-install', 'bailiff', 'local', '--port', '0'], folder);
  await local.until(/^CLERK_WEBHOOK_SIGNING_SECRET=/m);
  const [, takeKeys = ''] = need(/^(npx bailiff env .*)$/m);
  run('sh', ['-c', takeKeys], folder);

  const [, code = ''] = need(new RegExp(`\`\`\`ts\n((?:(?!\`\`\`)[\\s\\S])*'bailiff/${framework}'[\\s\\S]*?)\`\`\``));
  const [, command = ''] = need(/^(node .*server\.mjs)$/m);
  const [, ...nodeArguments] = command.split(' ');
  /** @typedef {[name: string, binary: string, words: string[]]} Runtime */
  /** @type {Runtime[]} */
  const runtimes = [
    ['node', 'node', nodeArguments],
    ...NODES.map(
      (version) =>
        /** @type {Runtime} */ ([`node ${version}`, join(work, version, 'node_modules/.bin/node'), nodeArguments]),
    ),
    ['bun', join(tools, 'bun'), nodeArguments],
    ['deno', join(tools, 'deno'), ['run', '-A', ...nodeArguments]],
  ];
  for (const [name, binary, words] of runtimes) {
    const port = await freePort();
    writeFileSync(join(folder, 'server.mjs'), code.replaceAll('3000', String(port)));
    start(binary, words, folder);
    await listening(port);
    knock(`${framework} on ${name}`, folder, port);
  }
  await otherwiseWritten(folder, framework, code, nodeArguments);
  if (framework === 'hono') await onWorkers(folder, code);
}

/**
 * The same code with `require`, and as TypeScript, which the compiler checks first.
 * @param {string} folder
 * @param {string} framework
 * @param {string} code
 * @param {readonly string[]} nodeArguments
 */
async function otherwiseWritten(folder, framework, code, nodeArguments) {
  const [, development = ''] = need(/`npm install --save-dev (@types\/express tsx)`/);
  install(folder, ['typescript@5', '@types/node@20', ...development.split(' ')], ['--save-dev']);
  const [, ...typescript] = need(/`(npx) (tsx) (\S+) (server\.ts)`/);
  /** @type {readonly (readonly [name: string, command: readonly string[], build: (code: string) => void])[]} */
  const ways = [
    [
      'CommonJS',
      ['node', ...nodeArguments.filter((word) => word !== 'server.mjs'), 'server.cjs'],
      (text) =>
        writeFileSync(
          join(folder, 'server.cjs'),
          text.replace(/^import (.*) from ('.*');$/gm, 'const $1 = require($2);'),
        ),
    ],
    [
      'TypeScript',
      typescript,
      (text) => {
        const [, type = ''] = need(/`npm pkg set (type=module)`/);
        run('npm', ['pkg', 'set', type], folder);
        writeFileSync(join(folder, 'server.ts'), text);
        const options = ['--module', 'nodenext', '--target', 'es2022', '--strict', '--noEmit'];
        run('npx', ['--no-install', 'tsc', ...options, 'server.ts'], folder);
      },
    ],
  ];
  for (const [name, [command = '', ...words], build] of ways) {
    const port = await freePort();
    build(code.replaceAll('3000', String(port)));
    start(command, words, folder);
    await listening(port);
    knock(`${framework} in ${name}`, folder, port);
  }
}

/** As the README's comment says: the same code, with `export default app`, and the keys as bindings. */
async function onWorkers(/** @type {string} */ folder, /** @type {string} */ code) {
  const worker = code.replace(/^import .*node-server.*\n/m, '').replace(/^serve\(.*$/m, 'export default app;');
  writeFileSync(join(folder, 'worker.mjs'), worker);
  const contents = await bundleForWorkers({ entryPoints: [join(folder, 'worker.mjs')] });
  const port = await freePort();
  const miniflare = new Miniflare({
    port,
    modules: [{ type: 'ESModule', path: 'worker.mjs', contents }],
    compatibilityDate: '2026-01-01',
    bindings: parseEnv(readFileSync(join(folder, '.env'), 'utf8')),
  });
  try {
    await miniflare.ready;
    knock('hono on workerd', folder, port);
  } finally {
    await miniflare.dispose();
  }
}

/** The README's own `curl` lines, against the server that runs now. */
function knock(/** @type {string} */ where, /** @type {string} */ folder, /** @type {number} */ port) {
  const [, script = ''] = need(/```sh\n(TOKEN=[\s\S]*?)```/);
  const token = run('sh', ['-c', `${script.split('\n')[0]}\nprintf %s "$TOKEN"`], folder);
  for (const [, line = '', status = '', body = ''] of script.matchAll(/^(curl .*?) +# (\d+) ?(.*)$/gm)) {
    const answer = run(
      'sh',
      ['-c', `TOKEN='${token}'\n${line.replace('curl', 'curl -s').replaceAll('3000', String(port))}`],
      folder,
    );
    const ok = answer.startsWith(`HTTP/1.1 ${status} `) && answer.includes(body);
    console.log(`${ok ? 'ok' : 'FAILED'}: ${where}: ${line} # ${status}`);
    if (!ok) throw new Error(answer);
  }
}

function need(/** @type {RegExp} */ pattern) {
  const match = pattern.exec(readme);
  if (match === null) throw new Error(`The README has nothing like ${pattern}.`);
  return match;
}

function start(/** @type {string} */ command, /** @type {readonly string[]} */ args, /** @type {string} */ cwd) {
  const child = spawn(command, args, { cwd, env, detached: true, stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  let output = '';
  return {
    until: (/** @type {RegExp} */ pattern) =>
      new Promise((resolve, reject) => {
        child.stdout.on('data', (chunk) => {
          output += chunk;
          if (pattern.test(output)) resolve(output);
        });
        child.once('close', () => reject(new Error(`${command} ended:\n${output}`)));
      }),
  };
}

async function listening(/** @type {number} */ port) {
  for (let attempt = 0; attempt < 200; attempt++) {
    const up = await fetch(`http://localhost:${port}/`).then(
      () => true,
      () => false,
    );
    if (up) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('The server did not start.');
}

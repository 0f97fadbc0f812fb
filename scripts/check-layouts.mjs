/**
 * Installs both packed tarballs with pnpm in its strictest layout and with Yarn Plug'n'Play, where a package finds nothing that it
 * does not declare: every entry point is imported, and the commands run.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PEERS, namesFor } from './entry-points.mjs';
import { parseJson } from './lib/document.mjs';
import { DEV, pack, project, run } from './lib/packages.mjs';

/** An application of a user. Prints the status of a request with a token, and what the command needs to verify the same token. */
const APP = `
for (const entry of ${JSON.stringify(namesFor())}) await import(entry);
const { startLocalInstance } = await import('bailiff-local');
const { createAuthenticator } = await import('bailiff');
const clerk = await startLocalInstance();
const token = await clerk.createSessionToken({ userId: 'user_1' });
const request = new Request('http://localhost/', { headers: { authorization: 'Bearer ' + token } });
const { status } = await createAuthenticator({}, clerk.env).authenticateRequest(request);
await clerk.close();
console.log(JSON.stringify({ status, token, env: { CLERK_JWT_KEY: clerk.jwtKey } }));
`;
/**
 * @typedef {object} Layout
 * @property {Record<string, string>} files
 * @property {Words} install
 * @property {Words} node
 * @property {Words} command
 *
 * @typedef {readonly [command: string, ...args: string[]]} Words
 */

/** @type {Record<string, Layout>} */
const LAYOUTS = {
  'pnpm, nothing hoisted': {
    files: {
      'pnpm-workspace.yaml':
        'hoist: false\npublicHoistPattern: []\nnodeLinker: isolated\nstrictPeerDependencies: true\n',
    },
    install: ['pnpm', 'install'],
    node: ['pnpm', 'exec', 'node'],
    command: ['pnpm', 'exec', 'bailiff'],
  },
  "Yarn Plug'n'Play": {
    files: { '.yarnrc.yml': 'nodeLinker: pnp\nenableGlobalCache: false\nenableTelemetry: false\n', 'yarn.lock': '' },
    install: ['yarn', 'install'],
    node: ['yarn', 'node'],
    command: ['yarn', 'bailiff'],
  },
};

const work = mkdtempSync(join(tmpdir(), 'bailiff-layouts-'));
try {
  const packed = pack(work);
  const tools = project(join(work, 'tools'), ['pnpm@12', '@yarnpkg/cli-dist@4']);
  // Without the keys and the package store of the person who runs this.
  const env = {
    ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(CLERK_|npm_config_)/.test(name))),
    PATH: `${join(tools, 'node_modules/.bin')}:${process.env['PATH']}`,
    XDG_DATA_HOME: join(work, 'data'),
    XDG_CACHE_HOME: join(work, 'cache'),
    CI: 'true',
  };
  for (const [name, layout] of Object.entries(LAYOUTS)) {
    const folder = join(work, layout.install[0]);
    mkdirSync(folder);
    const manifest = {
      private: true,
      type: 'module',
      dependencies: {
        bailiff: `file:${packed.bailiff.tarball}`,
        ...Object.fromEntries(PEERS.map((name) => [name, DEV[name]])),
      },
      devDependencies: { 'bailiff-local': `file:${packed['bailiff-local'].tarball}` },
    };
    const files = { ...layout.files, 'package.json': JSON.stringify(manifest), 'app.mjs': APP };
    for (const [file, content] of Object.entries(files)) writeFileSync(join(folder, file), content);
    const call = (/** @type {Words} */ [command, ...args], /** @type {string[]} */ ...more) =>
      run(command, [...args, ...more], folder, env);
    call(layout.install, ...(layout.install[0] === 'yarn' ? ['--no-immutable'] : ['--no-frozen-lockfile']));
    const app = /** @type {{ status: string, token: string, env: Record<string, string> }} */ (
      parseJson(call(layout.node, 'app.mjs'))
    );
    expect(name, 'a request', app.status, /^signed-in$/);
    const answer = (/** @type {string[]} */ ...words) =>
      run(layout.command[0], [...layout.command.slice(1), ...words], folder, { ...env, ...app.env });
    expect(name, 'bailiff --version', answer('--version'), /^\d+\.\d+\.\d+\n$/);
    expect(name, 'bailiff verify', answer('verify', app.token), /^Good/);
    const local = [...layout.command.slice(1), 'local', '--port', '0', '--json'];
    expect(name, 'bailiff local', await firstLine(layout.command[0], local, folder, env), /"started"/);
  }
} finally {
  rmSync(work, { recursive: true, force: true });
}

/**
 * @param {string} layout
 * @param {string} what
 * @param {string} found
 * @param {RegExp} pattern
 */
function expect(layout, what, found, pattern) {
  if (!pattern.test(found)) throw new Error(`${layout}: ${what}: ${found}`);
  console.log(`ok: ${layout}: ${what}`);
}

/**
 * The first line that a command prints. The command is stopped then, with the processes that it started.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {string} cwd
 * @param {Record<string, string | undefined>} env
 */
async function firstLine(command, args, cwd, env) {
  const child = spawn(command, args, { cwd, env, detached: true, stdio: ['ignore', 'pipe', 'inherit'] });
  const closed = once(child, 'close');
  const [line = 'nothing'] = await Promise.race([once(child.stdout, 'data'), closed.then(() => [])]);
  if (child.exitCode === null && child.pid !== undefined) process.kill(-child.pid);
  await closed;
  return String(line);
}

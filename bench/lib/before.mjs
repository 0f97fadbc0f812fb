/**
 * The measurements of `bench/before.mjs`. Each prepares a tree (a folder with `src`, `dist` and `bench`) and returns
 * `{ run, close }`, where `run` takes one sample.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import autocannon from 'autocannon';
import { build } from 'esbuild';
import { Miniflare } from 'miniflare';
import { bundleForWorkers } from '../../scripts/bundle-for-workers.mjs';
import { createFixtures } from './fixtures.mjs';
import { startServer } from './load.mjs';
import { workerdProcesses, workerTime } from './workerd.mjs';
import { fresh, isSignedIn, must, view } from './requests.mjs';

const fixtures = createFixtures();
const options = { secretKey: fixtures.secretKey, publishableKey: fixtures.publishableKey, jwtKey: fixtures.pem };
/**
 * @typedef {object} Prepared
 * @property {() => number | Promise<number>} run one sample
 * @property {() => unknown} [close]
 *
 * @typedef {(tree: string) => Prepared | Promise<Prepared>} Measure
 */

/** @type {(tree: string) => Promise<typeof import('../../src/index.js')>} */
const library = (tree) => import(pathToFileURL(join(tree, 'dist/index.js')).href);
/** CPU time of this process for each call, in microseconds. */
async function cpuOf(/** @type {number} */ times, /** @type {(index: number) => unknown} */ call) {
  const before = process.cpuUsage();
  for (let i = 0; i < times; i++) {
    const pending = call(i);
    if (pending instanceof Promise) await pending;
  }
  const { user, system } = process.cpuUsage(before);
  return (user + system) / times;
}

/**
 * @param {(token: string) => import('./requests.mjs').Headers} headersOf
 * @returns {Measure}
 */
const repeat = (headersOf) => async (tree) => {
  const authenticator = (await library(tree)).createAuthenticator(options);
  const tokens = fixtures.mintMany(50);
  const headers = (/** @type {number} */ index) => headersOf(tokens[index % tokens.length] ?? '');
  // From its second use on a token is answered at once.
  for (const index of tokens.keys()) must(isSignedIn(await authenticator.authenticate(view(headers(index)))));
  return {
    run: () => cpuOf(10_000, (i) => must(isSignedIn(authenticator.authenticate(view(headers(i)))))),
  };
};
const host = 'app.bench.example';
const uat = Math.floor(Date.now() / 1000) - 60;
export const repeatInHeader = repeat((token) => ({ authorization: fresh(`Bearer ${token}`), host: fresh(host) }));
export const repeatInCookies = repeat((token) => ({
  cookie: fresh(`__client_uat=${uat}; __session=${token}; __clerk_db_jwt=dvb_bench`),
  host: fresh(host),
}));

let minted = 1000;
/**
 * @param {string} tree
 * @returns {Promise<Prepared>}
 */
export async function unseen(tree) {
  const authenticator = (await library(tree)).createAuthenticator(options);
  return {
    run() {
      const batch = fixtures.mintMany(500, (minted += 500));
      const meet = async (/** @type {number} */ i) =>
        must(isSignedIn(await authenticator.authenticate(view({ authorization: `Bearer ${batch[i]}` }))));
      return cpuOf(batch.length, meet);
    },
  };
}

/**
 * The cache's own file, since no public name leads to it alone.
 * @param {string} tree
 * @returns {Promise<Prepared>}
 */
export async function eviction(tree) {
  const { outputFiles } = await build({
    entryPoints: [join(tree, 'src/verify/verdict-cache.ts')],
    ...{ bundle: true, write: false, format: 'esm', platform: 'node', mainFields: ['module', 'main'] },
  });
  const [output] = outputFiles;
  if (output === undefined) throw new Error('esbuild wrote no file.');
  const code = Buffer.from(output.contents).toString('base64');
  /** @type {unknown} */
  const loaded = await import(`data:text/javascript;base64,${code}`);
  const { createVerdictCache } = /** @type {typeof import('../../src/verify/verdict-cache.js')} */ (loaded);
  const cache = createVerdictCache({ max: 10_000, now: Date.now });
  const tail = 'x'.repeat(800);
  const value = {};
  const lifetime = { from: 0, until: Infinity, key: null };
  let made = 0;
  return {
    run() {
      const tokens = Array.from({ length: 50_000 }, () => fresh(`${tail}${(made++).toString().padStart(32, '0')}`));
      return cpuOf(tokens.length, (i) => cache.put(tokens[i] ?? '', value, lifetime));
    },
  };
}

/**
 * In a process of its own, which may collect garbage when it likes.
 * @param {string} tree
 * @returns {Prepared}
 */
export function heap(tree) {
  const script = `
    const { createAuthenticator } = await import(${JSON.stringify(pathToFileURL(join(tree, 'dist/index.js')).href)});
    const { options, tokens } = JSON.parse(process.argv[1]);
    const used = () => (gc(), gc(), process.memoryUsage().heapUsed);
    const make = async () => {
      const authenticator = createAuthenticator(options);
      const headers = { authorization: 'Bearer ' + tokens[0] };
      const state = await authenticator.authenticate({ method: 'GET', url: '/', header: (name) => headers[name] });
      if (!state.isAuthenticated) throw new Error('refused');
      return authenticator;
    };
    const kept = [];
    for (let i = 0; i < 20; i++) kept.push(await make());
    const before = used();
    for (let i = 0; i < 200; i++) kept.push(await make());
    console.log((used() - before) / 200 / 1000);`;
  const argument = JSON.stringify({ options, tokens: fixtures.mintMany(1) });
  const args = ['--expose-gc', '--input-type=module', '-e', script, argument];
  return { run: () => Number(execFileSync(process.execPath, args, { encoding: 'utf8' })) };
}

/**
 * @param {string} tree
 * @returns {Prepared}
 */
export function coldImport(tree) {
  const url = JSON.stringify(pathToFileURL(join(tree, 'dist/adapters/hono/index.js')).href);
  const script = `const s = process.cpuUsage(); await import(${url}); const { user, system } = process.cpuUsage(s); console.log((user + system) / 1000)`;
  const sample = () => {
    const { stdout, status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(stderr);
    return Number(stdout);
  };
  // The least of several: a start that was disturbed says nothing about files.
  return { run: () => Math.min(...Array.from({ length: 5 }, sample)) };
}

/**
 * @param {string} framework
 * @returns {Measure}
 */
export const overHttp = (framework) => async (tree) => {
  const server = await startServer(framework, 'bailiff', fixtures, tree);
  const tokens = fixtures.mintMany(50);
  const requests = tokens.map((token) => ({ path: '/invoices', headers: { authorization: `Bearer ${token}` } }));
  const load = async (/** @type {number} */ amount) => {
    const before = await server.cpu();
    const { non2xx, errors } = await autocannon({ url: server.url, connections: 16, amount, requests });
    if (non2xx + errors > 0) throw new Error(`${non2xx} of ${amount} answers were no 200.`);
    return ((await server.cpu()) - before) / amount;
  };
  await load(5_000);
  return { run: () => load(4_000), close: server.stop };
};

/**
 * A Worker in workerd, without Node's compatibility flag. CPU time of its process, where the system tells it.
 * @param {string} tree
 * @returns {Promise<Prepared>}
 */
export async function unseenInWorkerd(tree) {
  const contents = `
    import { createAuthenticator } from ${JSON.stringify(join(tree, 'dist/index.js'))};
    let authenticator;
    export default {
      async fetch(request, env) {
        authenticator ??= createAuthenticator(env.options);
        let good = 0;
        for (const token of (await request.text()).split(' ')) {
          const headers = { authorization: 'Bearer ' + token };
          const state = await authenticator.authenticate({ method: 'GET', url: '/', header: (name) => headers[name] });
          if (state.isAuthenticated) good++;
        }
        return new Response(String(good));
      },
    };`;
  const code = await bundleForWorkers({ stdin: { contents, resolveDir: tree }, tsconfigRaw: '{}' });
  const others = new Set(workerdProcesses());
  const miniflare = new Miniflare({
    modules: [{ type: 'ESModule', path: 'worker.mjs', contents: code }],
    compatibilityDate: '2026-01-01',
    bindings: { options },
  });
  await miniflare.ready;
  const pid = workerdProcesses().find((each) => !others.has(each));
  return {
    async run() {
      const batch = fixtures.mintMany(1_000, (minted += 1_000));
      const before = workerTime(pid);
      const answer = await miniflare.dispatchFetch('http://worker.example/', { method: 'POST', body: batch.join(' ') });
      must((await answer.text()) === String(batch.length));
      return (workerTime(pid) - before) / batch.length;
    },
    close: () => miniflare.dispose(),
  };
}

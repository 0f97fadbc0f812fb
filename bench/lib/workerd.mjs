/** Workers in workerd, as `wrangler` bundles them: the same guarded route bare, with Bailiff and with the official package. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Miniflare } from 'miniflare';
import { bundleForWorkers } from '../../scripts/bundle-for-workers.mjs';

/** @typedef {'bare' | 'raw' | 'bailiff' | 'clerk'} Library `raw`: nothing but the RSA check of each token, by WebCrypto */

const APPS = {
  bare: `app.get('/invoices', answer);`,
  raw: `
    const RSA = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };
    const bytes = (text) => Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (each) => each.charCodeAt(0));
    let key;
    app.use(async (c, next) => {
      key ??= await crypto.subtle.importKey('spki', bytes(c.env.CLERK_JWT_KEY.replace(/-----[^-]+-----|\\s/g, '')), RSA, false, ['verify']);
      const token = c.req.header('authorization').slice(7);
      const end = token.lastIndexOf('.');
      const signed = new TextEncoder().encode(token.slice(0, end));
      if (!(await crypto.subtle.verify(RSA, key, bytes(token.slice(end + 1)), signed))) return c.body(null, 401);
      return next();
    });
    app.get('/invoices', answer);`,
  bailiff: `
    import { clerkMiddleware, requirePermission } from 'bailiff/hono';
    app.use(clerkMiddleware());
    app.get('/invoices', requirePermission('org:invoices:manage'), answer);`,
  clerk: `
    import { clerkMiddleware, getAuth } from '@clerk/hono';
    app.use((c, next) => clerkMiddleware({ jwtKey: c.env.CLERK_JWT_KEY, telemetry: { disabled: true } })(c, next));
    app.get('/invoices', (c, next) => (getAuth(c).has({ permission: 'org:invoices:manage' }) ? next() : c.body(null, 403)), answer);`,
};
/** One request of the body's tokens after another, inside one request, so that the way in and out does not count. */
const PROGRAM = (/** @type {Library} */ library) => `
  import { Hono } from 'hono';
  const app = new Hono();
  const answer = (c) => c.json({ ok: true });
  ${APPS[library]}
  export default {
    async fetch(request, env, context) {
      if (request.method !== 'POST') return app.fetch(request, env, context);
      let good = 0;
      for (const token of (await request.text()).split(' ')) {
        const one = new Request('https://app.bench.example/invoices', { headers: { authorization: 'Bearer ' + token } });
        good += (await app.fetch(one, env, context)).status === 200 ? 1 : 0;
      }
      return new Response(String(good));
    },
  };`;
const root = fileURLToPath(new URL('../..', import.meta.url));
/** @type {Map<Library, Promise<string>>} */
const bundles = new Map();
/** The code is made before it is measured. */
export const bundleOf = (/** @type {Library} */ library) => {
  const known = bundles.get(library);
  if (known !== undefined) return known;
  const contents = PROGRAM(library);
  const made = bundleForWorkers({
    stdin: { contents, resolveDir: root },
    tsconfigRaw: '{}',
    minify: true,
    logLevel: 'error',
  });
  bundles.set(library, made);
  return made;
};

/** @param {Library} library @param {import('./fixtures.mjs').Fixtures} fixtures */
export async function startWorker(library, fixtures) {
  const code = await bundleOf(library);
  const others = new Set(workerdProcesses());
  const miniflare = new Miniflare({
    modules: [{ type: 'ESModule', path: 'worker.mjs', contents: code }],
    compatibilityDate: '2026-01-01',
    bindings: {
      CLERK_SECRET_KEY: fixtures.secretKey,
      CLERK_PUBLISHABLE_KEY: fixtures.publishableKey,
      CLERK_JWT_KEY: fixtures.pem,
      CLERK_TELEMETRY_DISABLED: '1',
    },
  });
  await miniflare.ready;
  const pid = workerdProcesses().find((each) => !others.has(each));
  return {
    /** @param {string} token */
    async get(token) {
      const { status } = await miniflare.dispatchFetch('https://app.bench.example/invoices', {
        headers: { authorization: `Bearer ${token}` },
      });
      if (status !== 200) throw new Error(`The Worker with ${library} answered ${status}.`);
    },
    /** Microseconds of the processor for each of these tokens. @param {readonly string[]} tokens */
    async cpu(tokens) {
      const before = workerTime(pid);
      const answer = await miniflare.dispatchFetch('https://app.bench.example/', {
        method: 'POST',
        body: tokens.join(' '),
      });
      const good = await answer.text();
      if (good !== String(tokens.length))
        throw new Error(`The Worker with ${library} let ${good} of ${tokens.length} in.`);
      return (workerTime(pid) - before) / tokens.length;
    },
    stop: () => miniflare.dispose(),
  };
}

/**
 * Microseconds that a process has computed; wall-clock time where the system does not tell.
 * @param {string | undefined} pid
 */
export const workerTime = (pid) => (pid === undefined ? performance.now() * 1000 : cpuOfProcess(pid));

/** The children of this process that are workerd, on Linux; elsewhere none. */
export function workerdProcesses() {
  if (!existsSync('/proc/self/stat')) return [];
  return readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    const stat = statOf(pid);
    return stat !== null && stat.name.includes('workerd') && Number(stat.fields[1]) === process.pid;
  });
}

function statOf(/** @type {string} */ pid) {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const end = text.lastIndexOf(')');
    return { name: text.slice(text.indexOf('(') + 1, end), fields: text.slice(end + 2).split(' ') };
  } catch {
    return null;
  }
}

/** Microseconds: user and system time, in ticks of 10 ms. */
function cpuOfProcess(/** @type {string} */ pid) {
  const fields = statOf(pid)?.fields ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10_000;
}

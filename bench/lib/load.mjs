/** A server in a child process on one core, and the load from this process on the other. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import autocannon from 'autocannon';

/** Starts `bench/servers/app.mjs` for a framework and a library; resolves once it listens. */
export async function startServer(framework, library, fixtures) {
  const script = fileURLToPath(new URL('../servers/app.mjs', import.meta.url));
  const child = spawn('taskset', ['-c', '0', process.execPath, script, framework, library], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: {
      PATH: process.env.PATH,
      NODE_ENV: 'production',
      CLERK_SECRET_KEY: fixtures.secretKey,
      CLERK_PUBLISHABLE_KEY: fixtures.publishableKey,
      CLERK_JWT_KEY: fixtures.pem,
      CLERK_TELEMETRY_DISABLED: '1',
    },
  });
  const exited = once(child, 'exit').then(([code]) => {
    throw new Error(`${framework}/${library} exited with ${code}`);
  });
  exited.catch(() => undefined);
  const answer = async () => Number(String((await Promise.race([once(child.stdout, 'data'), exited]))[0]).trim());
  const port = await answer();
  const cpu = () => (child.stdin.write('cpu\n'), answer());
  return { url: `http://127.0.0.1:${port}`, cpu, stop: () => child.kill() };
}

/**
 * One slice of load. `next()` gives the token of each request. Fails on any answer but 200, so that errors are never fast.
 * `cpu`: microseconds of the server's own time for each request, which says the same on a machine that others use too.
 */
export async function slice({ url, cpu }, next, { seconds, connections = 32 }) {
  const before = await cpu();
  const result = await autocannon({
    url: `${url}/invoices`,
    connections,
    duration: seconds,
    requests: [
      {
        setupRequest: (request) => ({ ...request, headers: { ...request.headers, authorization: `Bearer ${next()}` } }),
      },
    ],
  });
  if (result.non2xx > 0 || result.errors > 0)
    throw new Error(`${url}: ${result.non2xx} bad answers, ${result.errors} errors`);
  return {
    rps: result.requests.average,
    cpu: ((await cpu()) - before) / result.requests.total,
    p50: result.latency.p50,
    p99: result.latency.p99,
  };
}

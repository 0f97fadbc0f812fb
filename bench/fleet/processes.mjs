/** A real fleet: processes with a real Redis and the offline instance in place of Clerk. */
import { execFileSync, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { startLocalInstance } from 'bailiff-local';

/** @typedef {Awaited<ReturnType<typeof startProcesses>>} Processes */

export function hasRedis() {
  try {
    execFileSync('redis-server', ['--version']);
    return true;
  } catch {
    return false;
  }
}

/** @returns {Promise<number>} */
async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  server.close();
  return port;
}

async function startRedis() {
  const port = await freePort();
  const options = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
  const child = spawn('redis-server', options, { stdio: ['ignore', 'pipe', 'ignore'] });
  for await (const chunk of child.stdout) if (String(chunk).includes('Ready to accept')) break;
  child.stdout.resume();
  return { child, url: `redis://127.0.0.1:${port}` };
}

/**
 * @param {number} count
 * @param {readonly string[]} [execArgv] of each process; with `--import tsx` it runs the sources
 */
export async function startProcesses(count, execArgv = []) {
  const clerk = await startLocalInstance({ instanceType: 'production' });
  const redis = await startRedis();
  const env = { PATH: process.env['PATH'], REDIS_URL: redis.url, API_URL: clerk.apiUrl, SECRET_KEY: clerk.secretKey };
  const file = fileURLToPath(new URL('./member.mjs', import.meta.url));
  const members = Array.from({ length: count }, () => fork(file, { execArgv: [...execArgv], env }));
  for (const member of members) member.setMaxListeners(0);
  const stop = async () => {
    for (const member of members) member.kill();
    redis.child.kill('SIGKILL');
    await clerk.close();
  };
  const died = members.map(async (member) => {
    await once(member, 'exit');
    throw new Error('A member of the fleet could not start.');
  });
  for (const death of died) death.catch(() => undefined);
  try {
    await Promise.race([...died, Promise.all(members.map((member) => once(member, 'message')))]);
  } catch (error) {
    await stop();
    throw error;
  }
  let aheadMs = 0;
  let ids = 0;

  /** @param {number} index @param {import('./member.mjs').Order['do']} what @param {string} token @returns {Promise<unknown>} */
  const order = (index, what, token) =>
    new Promise((resolve) => {
      const id = ids++;
      const member = members[index];
      const hear = (/** @type {{ id: number, answer: unknown }} */ message) => {
        if (message.id !== id) return;
        member?.off('message', hear);
        resolve(message.answer);
      };
      member?.on('message', hear);
      member?.send({ id, do: what, token, aheadMs });
    });
  const callsOf = (/** @type {string} */ operation) =>
    clerk.requests.filter((each) => each.operation === operation).length;

  return {
    clerk,
    order,
    /** For the members; the instance keeps the time of the machine. @param {number} ms */
    advance: (ms) => void (aheadMs += ms),
    counts: () => ({ jwks: callsOf('GetJWKS'), apiKey: callsOf('verifyApiKey') }),
    /** @param {boolean} isDown it then takes connections, and answers nothing */
    setStoreDown: (isDown) => void redis.child.kill(isDown ? 'SIGSTOP' : 'SIGCONT'),
    stop,
  };
}

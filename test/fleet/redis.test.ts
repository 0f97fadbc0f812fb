/** A fleet of processes that share verified machine tokens through a real Redis. */
import { execFileSync, fork, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { createClient } from '@redis/client';
import type { LocalInstance } from 'bailiff-local';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { apiKeyRow, callsOf, OPERATIONS, startClerk } from '../support/clerk.js';
import type { Order } from './member.js';
import { listen, portOf } from '../support/listen.js';

const hasRedis = (() => {
  try {
    execFileSync('redis-server', ['--version']);
    return true;
  } catch {
    return false;
  }
})();
if (!hasRedis) console.warn('skipped: the fleet tests need redis-server on the PATH (.ci/run installs it)');

const SECRET = `ak_${'f'.repeat(32)}`;
const SECRET_KEY = 'sk_test_fleetfleetfleetfleetfleetfleet';
const MEMBERS = 3;

interface Answer {
  readonly status: string;
  readonly subject: string | null;
  readonly ms: number;
}
interface Member {
  readonly child: ChildProcess;
  use(token?: string): Promise<Answer>;
  invalidate(token: string): Promise<string>;
  /** How many writes are held back; none before the first call. */
  hold(): Promise<number>;
  release(): Promise<unknown>;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await listen(server);
  const port = portOf(server);
  server.close();
  return port;
}

async function startRedis(port: number): Promise<ChildProcess> {
  const child = spawn(
    'redis-server',
    ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'],
    { stdio: ['ignore', 'pipe', 'ignore'] },
  );
  for await (const chunk of child.stdout) if (String(chunk).includes('Ready to accept')) break;
  child.stdout.resume();
  return child;
}

async function startMember(redisUrl: string, apiUrl: string): Promise<Member> {
  const child = fork(new URL('./member.ts', import.meta.url).pathname, {
    execArgv: ['--import', 'tsx'],
    env: { PATH: process.env['PATH'], REDIS_URL: redisUrl, API_URL: apiUrl, SECRET_KEY },
  });
  child.setMaxListeners(0);
  await once(child, 'message');
  let turn = 0;
  const order = (what: Order): Promise<unknown> =>
    new Promise((resolve) => {
      const id = turn++;
      const listen = (message: { id: number; answer: unknown }) => {
        if (message.id !== id) return;
        child.off('message', listen);
        resolve(message.answer);
      };
      child.on('message', listen);
      child.send({ ...what, id });
    });
  return {
    child,
    use: (token = SECRET) => order({ do: 'use', token }) as Promise<Answer>,
    invalidate: (token) => order({ do: 'invalidate', token }) as Promise<string>,
    hold: () => order({ do: 'hold', token: '' }) as Promise<number>,
    release: () => order({ do: 'release', token: '' }),
  };
}

describe.skipIf(!hasRedis)('a fleet with a shared Redis', { timeout: 60_000 }, () => {
  let port: number;
  let redis: ChildProcess;
  let clerk: LocalInstance;
  let members: Member[];

  beforeEach(async () => {
    port = await freePort();
    redis = await startRedis(port);
    clerk = await startClerk({
      instanceType: 'development',
      secretKey: SECRET_KEY,
      now: Date.now,
      rows: { api_keys: [apiKeyRow(SECRET, { expiration: null })] },
    });
    members = await Promise.all(
      Array.from({ length: MEMBERS }, () => startMember(`redis://127.0.0.1:${port}`, clerk.apiUrl)),
    );
  });
  afterEach(async () => {
    for (const { child } of members) child.kill();
    redis.kill('SIGKILL');
    await clerk.close();
  });

  const client = async () => createClient({ url: `redis://127.0.0.1:${port}` }).connect();
  /** The entry is written behind the answer: waits until it is there. */
  async function entries(atLeast: number): Promise<Map<string, string>> {
    const connection = await client();
    let names: string[] = [];
    while (names.length < atLeast) names = await connection.keys('*');
    const values = new Map<string, string>();
    for (const name of names) values.set(name, (await connection.get(name)) ?? '');
    connection.destroy();
    return values;
  }

  it('asks Clerk once for all, and writes nothing readable to the store', async () => {
    const [first] = members as [Member, ...Member[]];
    expect(await first.use()).toMatchObject({ status: 'signed-in', subject: 'user_ada' });
    const stored = await entries(1);
    const answers = await Promise.all(members.flatMap((member) => Array.from({ length: 50 }, () => member.use())));
    expect(new Set(answers.map((answer) => answer.status))).toEqual(new Set(['signed-in']));
    expect(callsOf(clerk, OPERATIONS.apiKey)).toBe(1);
    const everything = [...stored].flat().join('\n');
    for (const readable of [SECRET, 'user_ada', 'invoices:read', 'ak_one']) expect(everything).not.toContain(readable);
  });

  // A look at Redis has 50 ms. Where the machine is too busy for that, a member loads the keys itself, as it should.
  it('loads the keys once if it starts at once', { retry: 3 }, async () => {
    const token = await clerk.createSessionToken({ userId: 'user_ada', expiresInSeconds: 600 });
    const answers = await Promise.all(members.map((member) => member.use(token)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set(['signed-in']));
    expect(callsOf(clerk, OPERATIONS.jwks)).toBe(1);
  });

  it.each([
    ['token', SECRET],
    ['id', 'ak_one'],
  ])('sees an invalidation by %s in all processes', async (_by, name) => {
    const [first, second, third] = members as [Member, Member, Member];
    await first.use();
    await entries(1);
    await second.use();
    clerk.state.table('api_keys').update('ak_one', { revoked: true });
    expect((await third.use()).status).toBe('signed-in');
    expect(await second.invalidate(name)).toBe('done');
    for (const member of members)
      await expect.poll(async () => (await member.use()).status, { timeout: 20_000 }).toBe('signed-out');
  });

  it.each([
    ['token', SECRET],
    ['id', 'ak_one'],
  ])('keeps an invalidation by %s against a late write', async (_by, name) => {
    const [first, second, third] = members as [Member, Member, Member];
    // On a busy machine a look at Redis may take longer than it may, and then nothing is written either.
    while ((await first.hold()) === 0) expect((await first.use()).status).toBe('signed-in');
    clerk.state.table('api_keys').update('ak_one', { revoked: true });
    expect(await second.invalidate(name)).toBe('done');
    await first.release();
    for (const member of [third, second, first])
      await expect.poll(async () => (await member.use()).status, { timeout: 20_000 }).toBe('signed-out');
  });

  it('rejects an invalidation that Redis does not accept', async () => {
    const [first] = members as [Member, ...Member[]];
    const connection = await client();
    // Full, and nothing may be thrown away: writes fail, reads do not.
    await connection.configSet('maxmemory', '1');
    expect(await first.invalidate(SECRET)).toBe('failed');
    await connection.configSet('maxmemory', '0');
    expect(await first.invalidate(SECRET)).toBe('done');
    connection.destroy();
  });

  it('ignores entries that were changed, moved or made up', async () => {
    const [first, second, third] = members as [Member, Member, Member];
    await first.use();
    const stored = await entries(1);
    const other = `ak_${'g'.repeat(32)}`;
    const eves = apiKeyRow(other, { expiration: null, id: 'ak_two', subject: 'user_eve' });
    clerk.state.table('api_keys').insert(eves);
    await first.use(other);
    const both = await entries(2);
    const added = [...both.keys()].filter((name) => !stored.has(name));
    const connection = await client();
    // Eve copies her entries over Ada's, and spoils the rest.
    for (const [index, name] of [...stored.keys()].entries())
      await connection.set(name, both.get(added[index] ?? '') ?? '');
    for (const name of added) await connection.set(name, (both.get(name) ?? '').replace(/.{6}$/, 'AAAAAA'));
    const before = callsOf(clerk, OPERATIONS.apiKey);
    expect(await second.use()).toMatchObject({ status: 'signed-in', subject: 'user_ada' });
    expect(await third.use(other)).toMatchObject({ status: 'signed-in', subject: 'user_eve' });
    expect(callsOf(clerk, OPERATIONS.apiKey)).toBeGreaterThan(before);
    connection.destroy();
  });

  it('serves on when Redis is gone, hangs and comes back', async () => {
    const [first] = members as [Member, ...Member[]];
    expect((await first.use()).status).toBe('signed-in');
    redis.kill('SIGSTOP');
    for (let use = 0; use < 5; use++) expect((await first.use()).status).toBe('signed-in');
    redis.kill('SIGKILL');
    await once(redis, 'exit');
    for (const member of members) expect((await member.use()).status).toBe('signed-in');
    redis = await startRedis(port);
    for (const member of members) expect((await member.use()).status).toBe('signed-in');
  });
});

import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { verifyToken } from '@clerk/backend';
import { SnapshotError, type LocalInstance } from 'bailiff-local';
import { decodeProtectedHeader } from 'jose';
import { describe, expect, it } from 'vitest';
import { createTables } from '../../packages/local/src/state/tables.js';
import { call, codeOf, instances } from './support.js';

const start = instances();
const users = async (clerk: LocalInstance) =>
  (await call(clerk, 'GET', '/v1/users?limit=500')).json as unknown as { id: string; first_name: string }[];
const addUser = async (clerk: LocalInstance, first_name: string) =>
  String((await call(clerk, 'POST', '/v1/users', { first_name })).json['id']);

describe('row 16: snapshots', () => {
  it('export and import everything, 1,000 users included', async () => {
    const seed = {
      users: Array.from({ length: 1000 }, (_, i) => ({
        first_name: `User ${String(i)}`,
        email_address: `u${String(i)}@example.test`,
      })),
    };
    const clerk = await start({ listen: false, seed });
    const { token, session } = await clerk.signIn(String((await users(clerk))[0]?.id));
    clerk.rotateSigningKey();
    clerk.advanceClock('5s');
    const text = JSON.stringify(clerk.export());
    const twin = await start({ listen: false, snapshot: JSON.parse(text) as ReturnType<typeof clerk.export> });
    const imported = await start({ listen: false });
    imported.import(text);
    for (const copy of [twin, imported]) {
      expect(JSON.stringify(copy.export())).toBe(text);
      expect(await users(copy)).toEqual(await users(clerk));
      expect(copy.env.CLERK_SECRET_KEY).toBe(clerk.secretKey);
      expect(copy.jwtKey).toBe(clerk.jwtKey);
      expect((await call(copy, 'GET', `/v1/sessions/${session.id}`)).json).toMatchObject({ status: 'active' });
      const jwks = (await call(copy, 'GET', '/v1/jwks')).json['keys'] as { kid: string }[];
      expect(jwks.map((key) => key.kid)).toContain(decodeProtectedHeader(token).kid);
    }
    const ids = [await addUser(clerk, 'next'), await addUser(twin, 'next')];
    expect(ids[0]).toBe(ids[1]);
  });

  it('make an imported state the one that reset() restores', async () => {
    const clerk = await start({ listen: false });
    await addUser(clerk, 'kept');
    const snapshot = clerk.export();
    clerk.reset();
    expect(await users(clerk)).toEqual([]);
    clerk.import(snapshot);
    await addUser(clerk, 'lost');
    clerk.reset();
    expect((await users(clerk)).map((user) => user.first_name)).toEqual(['kept']);
  });

  it('refuse other files', async () => {
    const clerk = await start({ listen: false });
    const good = clerk.export();
    for (const bad of [
      '{',
      '[]',
      '{}',
      JSON.stringify({ ...good, version: 2 }),
      JSON.stringify({ ...good, keys: null }),
    ]) {
      expect(
        () => {
          clerk.import(bad);
        },
        bad.slice(0, 20),
      ).toThrow(SnapshotError);
    }
    expect(clerk.export()).toEqual(good);
  });

  it('keep 500 forks separate', { timeout: 120_000 }, async () => {
    const clerk = await start({ listen: false, seed: 1 });
    await addUser(clerk, 'shared');
    const forks = await Promise.all(Array.from({ length: 500 }, () => clerk.fork()));
    await Promise.all(forks.map((fork, i) => addUser(fork, `own ${String(i)}`)));
    const names = await Promise.all(forks.map(async (fork) => (await users(fork)).map((user) => user.first_name)));
    expect(names).toEqual(forks.map((_, i) => [`own ${String(i)}`, 'shared']));
    expect((await users(clerk)).map((user) => user.first_name)).toEqual(['shared']);
    const token = await clerk.createSessionToken({ userId: 'user_1' });
    await expect(verifyToken(token, { jwtKey: forks[0]?.jwtKey ?? '' })).resolves.toMatchObject({ sub: 'user_1' });
    forks[0]?.reset();
    expect(await users(forks[0] as LocalInstance)).toHaveLength(1);
  });

  it('undo everything by reset(), and never repeat a secret', async () => {
    const clerk = await start({ listen: false, seed: { seed: 7, users: [{ id: 'user_ada', first_name: 'Ada' }] } });
    const before = clerk.export();
    const used = async () => {
      const { token } = await clerk.createM2MToken();
      await addUser(clerk, 'Eve');
      await call(clerk, 'PATCH', '/v1/users/user_ada', { first_name: 'Changed' });
      return token;
    };
    const first = await used();
    clerk.rotateSigningKey();
    clerk.advanceClock('1h');
    clerk.reset();
    const { random, ...state } = clerk.export();
    const { random: randomBefore, ...stateBefore } = before;
    expect(state).toEqual(stateBefore);
    expect(random.ids).toEqual(randomBefore.ids);
    expect(clerk.requests).toEqual([]);
    expect(await used()).not.toBe(first);
  });
});

describe('row 16: a file', () => {
  const place = () => join(mkdtempSync(join(tmpdir(), 'bailiff-persist-')), 'state.json');

  it('keeps the state from one start to the next', async () => {
    const persist = place();
    const first = await start({ listen: false, persist, seed: { users: [{ id: 'user_ada' }] } });
    await addUser(first, 'Eve');
    first.advanceClock('1d');
    await first.createSessionToken({ userId: 'user_ada' });
    await first.close();
    const second = await start({ listen: false, persist, seed: { users: [{ id: 'user_ada' }] } });
    expect(second.export()).toEqual(first.export());
    expect((await users(second)).map((user) => user.id)).toContain('user_ada');
    expect(statSync(persist).mode & 0o077).toBe(0);
    chmodSync(persist, 0o644);
    const third = await start({ listen: false, persist });
    await third.signIn({ email_address: ['eve@example.com'] });
    expect(statSync(persist).mode & 0o077).toBe(0);
  });

  it('has what a client was told, even if the process ends at once', () => {
    const persist = place();
    const entry = fileURLToPath(new URL('../../packages/local/src/index.ts', import.meta.url));
    const file = join(mkdtempSync(join(tmpdir(), 'bailiff-crash-')), 'crash.mts');
    writeFileSync(
      file,
      `import { startLocalInstance } from ${JSON.stringify(entry)};
       const clerk = await startLocalInstance({ persist: ${JSON.stringify(persist)} });
       const response = await fetch(clerk.apiUrl + '/v1/users', { method: 'POST', body: '{"first_name":"Ada"}',
         headers: { authorization: 'Bearer ' + clerk.secretKey, 'content-type': 'application/json' } });
       process.stdout.write((await response.json()).id);
       process.kill(process.pid, 'SIGKILL');`,
    );
    const tsx = fileURLToPath(new URL('../../node_modules/tsx/dist/loader.mjs', import.meta.url));
    let id = '';
    try {
      execFileSync(process.execPath, ['--import', tsx, file]);
    } catch (error) {
      id = String((error as { stdout: Buffer }).stdout);
    }
    expect(id).toMatch(/^user_/);
    expect(readFileSync(persist, 'utf8')).toContain(id);
  });

  it('may fail to be written, which is reported, and the instance goes on', async () => {
    const persist = place();
    const clerk = await start({ persist, onError: () => undefined });
    rmSync(join(persist, '..'), { recursive: true });
    const create = () =>
      fetch(`${clerk.apiUrl}/v1/users`, {
        method: 'POST',
        headers: { authorization: `Bearer ${clerk.secretKey}`, 'content-type': 'application/json' },
        body: '{}',
      });
    const failed = await create();
    expect([failed.status, await failed.json()]).toMatchObject([500, { errors: [{ code: 'internal_clerk_error' }] }]);
    mkdirSync(join(persist, '..'));
    expect((await create()).status).toBe(200);
    expect(existsSync(persist)).toBe(true);
  });

  it('fails every request while it lags behind, and the process lives', async () => {
    const persist = place();
    const told: string[] = [];
    const clerk = await start({ listen: false, persist, onError: (error) => told.push(error.message) });
    rmSync(join(persist, '..'), { recursive: true });
    await clerk.createSessionToken({ userId: 'user_ada' });
    await Promise.resolve();
    expect(told).toEqual([expect.stringContaining('ENOENT')]);
    expect((await call(clerk, 'GET', '/v1/users')).status).toBe(500);
    expect(clerk.requests.map(({ status }) => status)).toEqual([500]);
    mkdirSync(join(persist, '..'));
    expect((await call(clerk, 'GET', '/v1/users')).status).toBe(200);
    expect(readFileSync(persist, 'utf8')).toContain('user_ada');
  });

  it('is never half written, and is refused if it is something else', async () => {
    const persist = place();
    const clerk = await start({ listen: false, persist });
    for (let i = 0; i < 20; i++) {
      await addUser(clerk, String(i));
      expect(() => JSON.parse(readFileSync(persist, 'utf8')) as unknown).not.toThrow();
    }
    expect(readdirSync(join(persist, '..'))).toEqual(['state.json']);
    writeFileSync(persist, 'something else');
    await expect(start({ listen: false, persist })).rejects.toThrow(SnapshotError);
    expect(existsSync(persist)).toBe(true);
  });
});

describe('tables', () => {
  it('keep copies, so that callers cannot change a row', async () => {
    const { table } = createTables();
    const row = { id: 'a', list: [{ x: 1 }], gone: undefined };
    const stored = table('t').insert(row);
    row.list.push({ x: 2 });
    expect(stored).toEqual({ id: 'a', list: [{ x: 1 }] });
    expect(() => {
      (stored['list'] as unknown[]).push(1);
    }).toThrow(TypeError);
    expect(() => table('t').insert({ id: 'a' })).toThrow('already');
    expect(table('t').update('b', {})).toBeUndefined();
    await Promise.resolve();
  });

  it('keep indexes and versions up to date, through checkpoints', () => {
    const tables = createTables();
    const t = tables.table('t');
    const ids = (value: unknown) => t.by('k', value).map((row) => row.id);
    t.insert({ id: 'a', k: 1 });
    t.insert({ id: 'b', k: 1 });
    expect(ids(1)).toEqual(['a', 'b']);
    const mark = tables.checkpoint();
    const seen = t.version;
    t.update('a', { k: 2 });
    t.delete('b');
    t.insert({ id: 'c', k: 2 });
    expect([ids(1), ids(2), [...t.rows()].map((row) => row.id)]).toEqual([[], ['a', 'c'], ['a', 'c']]);
    tables.table('later').insert({ id: 'x' });
    tables.restore(mark);
    expect([ids(1), ids(2), t.size, tables.table('later').size]).toEqual([['a', 'b'], [], 2, 0]);
    expect(t.version).toBeGreaterThan(seen);
    t.insert({ id: 'd' });
    tables.restore(mark);
    expect(t.rows().map((row) => row.id)).toEqual(['a', 'b']);
  });
});

describe('errors of the instance', () => {
  it('have the envelope for unknown paths and methods', async () => {
    const clerk = await start({ listen: false });
    expect(codeOf(await call(clerk, 'GET', '/v1/nowhere'))).toBe('resource_not_found');
    expect((await call(clerk, 'DELETE', '/v1/jwks')).status).toBe(405);
  });
});

/** docs/testing.md and docs/any-server.md as they stand there: test files that pass, and a handler that answers. */
import { rmSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { startLocalInstance, type LocalInstance } from 'bailiff-local';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { blocksOf } from '../support/pages.js';
import { bearer } from '../support/requests.js';

const written: string[] = [];
/** Runs a block of a page. Its imports are those of a file in this folder's parent. */
async function run(page: string, index: number): Promise<unknown> {
  const file = resolve(import.meta.dirname, `../.${page}-${index}.ts`);
  written.push(file);
  writeFileSync(file, blocksOf(`docs/${page}.md`)[index]?.code ?? '');
  return import(/* @vite-ignore */ file);
}
afterAll(() => written.forEach((file) => rmSync(file)));

// Each registers its tests here.
for (const index of blocksOf('docs/testing.md').keys()) await run('testing', index);

describe('docs/any-server.md', () => {
  let clerk: LocalInstance;
  let handle: (request: Request) => Promise<Response>;
  const get = (headers: Record<string, string> = {}) => handle(new Request('http://localhost/', { headers }));

  beforeAll(async () => {
    clerk = await startLocalInstance();
    for (const [name, value] of Object.entries(clerk.env)) vi.stubEnv(name, value);
    vi.stubEnv('CLERK_JWT_KEY', '');
    ({ handle } = (await run('any-server', 0)) as { handle: typeof handle });
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    await clerk.close();
  });

  it('says 503 with Retry-After while the keys cannot be loaded', async () => {
    const token = await clerk.createSessionToken({ userId: 'user_1' });
    const outage = clerk.fail();
    const answer = await get(bearer(token));
    outage.stop();
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, expect.stringMatching(/^\d+$/)]);
  });

  it('answers users with the permission, and refuses the others', async () => {
    const may = await clerk.createSessionToken({
      userId: 'user_1',
      orgId: 'org_1',
      permissions: ['org:invoices:read'],
    });
    const mayNot = await clerk.createSessionToken({ userId: 'user_1' });
    const { secret } = await clerk.createApiKey({ subject: 'user_1' });
    const allowed = await get(bearer(may));
    expect([allowed.status, await allowed.json()]).toEqual([200, { userId: 'user_1' }]);
    expect((await get(bearer(mayNot))).status).toBe(403);
    expect((await get(bearer(secret))).status).toBe(401);
    expect((await get()).status).toBe(401);
  });

  it('sends a browser that is signed out through a handshake', async () => {
    const answer = await get({ accept: 'text/html', 'sec-fetch-dest': 'document' });
    expect([answer.status, answer.headers.get('location')]).toEqual([307, expect.stringContaining('/handshake?')]);
  });
});

/** Customers' keys: whose they are, what they may do, and what happens when they are taken back. */
import { startLocalInstance, type LocalInstance } from 'bailiff-local';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import request from 'supertest';
import { createApp } from '../../examples/api-keys/app.js';

let clerk: LocalInstance;
let app: ReturnType<typeof createApp>;
beforeAll(async () => {
  clerk = await startLocalInstance();
  for (const [name, value] of Object.entries(clerk.env)) vi.stubEnv(name, value);
  app = createApp();
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await clerk.close();
});

const signIn = async () => `Bearer ${(await clerk.signIn()).token}`;
const make = (as: string, body: object) => request(app).post('/keys').set('authorization', as).send(body);
const use = (secret: unknown) =>
  request(app)
    .get('/reports')
    .set('authorization', `Bearer ${String(secret)}`);

it('a key works from its creation until its revocation', async () => {
  const ada = await signIn();
  const { status, body } = await make(ada, { name: 'nightly', scopes: ['reports:read'] });
  expect(status).toBe(201);
  expect((await use(body.secret)).body).toMatchObject({ key: 'nightly' });
  const { body: list } = await request(app).get('/keys').set('authorization', ada);
  expect(list.keys).toMatchObject([{ id: body.id, name: 'nightly', scopes: ['reports:read'] }]);
  expect(JSON.stringify(list)).not.toContain(body.secret);
  expect((await request(app).delete(`/keys/${body.id}`).set('authorization', ada)).status).toBe(204);
  expect((await use(body.secret)).status).toBe(401);
});

it('a key may do what its scopes say, and never makes keys', async () => {
  const { body } = await make(await signIn(), { name: 'writer', scopes: ['reports:write'] });
  expect((await use(body.secret)).status).toBe(403);
  expect((await make(`Bearer ${body.secret}`, { name: 'child', scopes: ['reports:read'] })).status).toBe(401);
});

it('no customer sees or revokes the key of another', async () => {
  const { body } = await make(await signIn(), { name: 'mine', scopes: ['reports:read'] });
  const bob = await signIn();
  expect((await request(app).get('/keys').set('authorization', bob)).body).toEqual({ keys: [] });
  expect((await request(app).delete(`/keys/${body.id}`).set('authorization', bob)).status).toBe(404);
  expect((await use(body.secret)).status).toBe(200);
});

it.each([{}, { name: 'all', scopes: ['admin'] }, { name: 'none' }, { name: 'x', scopes: [] }, { name: 7, scopes: [] }])(
  'refuses %j with a 4xx status',
  async (body) => {
    expect([400, 422]).toContain((await make(await signIn(), body)).status);
  },
);

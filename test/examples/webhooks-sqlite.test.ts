/** Webhooks into SQLite: what Clerk says is there, once, whatever the order. */
import { createBackendApi } from 'bailiff/api';
import { startLocalInstance, type LocalInstance } from 'bailiff-local';
import { createServer, type Server } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createApp } from '../../examples/webhooks-sqlite/app.js';
import { openStore, type Store } from '../../examples/webhooks-sqlite/store.js';
import { listen, originOf } from '../support/listen.js';

let clerk: LocalInstance;
let store: Store;
let server: Server;
beforeEach(async () => {
  clerk = await startLocalInstance();
  for (const [name, value] of Object.entries(clerk.env)) vi.stubEnv(name, value);
  store = openStore(':memory:');
  const listener = getRequestListener(createApp(store).fetch);
  server = createServer((req, res) => void listener(req, res));
  await listen(server);
  clerk.webhooks.add(`${originOf(server)}/webhooks/clerk`);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await clerk.close();
  server.closeAllConnections();
  server.close();
  store.close();
});

it('keeps users as Clerk has them', async () => {
  const api = createBackendApi();
  const ada = await api.users.create({ first_name: 'Ada', email_address: ['ada@example.com'] });
  await clerk.webhooks.settled();
  expect(store.users()).toEqual([{ id: ada.id, email: 'ada@example.com', name: 'Ada' }]);
  clerk.advanceClock(1000);
  await api.users.update(ada.id, { last_name: 'Lovelace' });
  await clerk.webhooks.settled();
  expect(store.users()).toMatchObject([{ name: 'Ada Lovelace' }]);
  await api.users.delete(ada.id);
  await clerk.webhooks.settled();
  expect(store.users()).toEqual([]);
  expect(clerk.webhooks.deliveries.map(({ status }) => status)).not.toContain('failed');
});

it('applies a delivery once, and never replaces newer data', async () => {
  const event = (id: string, type: 'user.created' | 'user.updated', first_name: string, updated_at: number) =>
    ({ id, type, data: { id: 'user_1', first_name, updated_at } }) as unknown as Parameters<Store['apply']>[0];
  expect(store.apply(event('msg_2', 'user.updated', 'New', 2))).toBe(true);
  expect(store.apply(event('msg_2', 'user.updated', 'Again', 3))).toBe(false);
  expect(store.apply(event('msg_1', 'user.created', 'Old', 1))).toBe(true);
  expect(store.users()).toMatchObject([{ name: 'New' }]);
});

it('ignores an update that arrives after the deletion', async () => {
  const api = createBackendApi();
  const ada = await api.users.create({ first_name: 'Ada', email_address: ['ada@example.com'] });
  await api.users.delete(ada.id);
  await clerk.webhooks.settled();
  for (const { messageId } of clerk.webhooks.deliveries) await clerk.webhooks.replay(messageId);
  const late = { id: 'msg_late', type: 'user.updated', data: { ...ada, updated_at: ada.updated_at + 1 } };
  expect(store.apply(late as unknown as Parameters<Store['apply']>[0])).toBe(true);
  expect(store.users()).toEqual([]);
});

it('refuses deliveries that Clerk did not sign', async () => {
  const app = createApp(store);
  const body = JSON.stringify({ type: 'user.created', data: { id: 'user_evil', updated_at: 1 } });
  const headers = { 'svix-id': 'msg_1', 'svix-timestamp': String(Math.floor(Date.now() / 1000)) };
  const response = await app.request('/webhooks/clerk', {
    method: 'POST',
    body,
    headers: { ...headers, 'svix-signature': `v1,${Buffer.alloc(32).toString('base64')}` },
  });
  expect(response.status).toBe(400);
  expect(await response.json()).toEqual({ error: 'signature-mismatch' });
  expect(store.users()).toEqual([]);
});

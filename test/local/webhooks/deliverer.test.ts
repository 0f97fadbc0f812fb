import { createServer } from 'node:http';
import { Webhook as Svix } from 'svix';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { verifyWebhook } from 'bailiff/webhooks';
import { createWebhookDeliverer } from '../../../packages/local/src/webhooks/deliverer.js';
import type { WebhookDeliverer } from '../../../packages/local/src/webhooks/deliverer.js';
import { listen, originOf } from '../../support/listen.js';

const SECRET = 'whsec_YWNvcm4tYm9va3Mtd2ViaG9vay1kZW1vLWtleS0wMSE=';

interface Received {
  headers: Record<string, string>;
  body: string;
}

/** An endpoint that answers what the test says, and remembers what came. */
async function startEndpoint() {
  const received: Received[] = [];
  const answers: number[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (chunk: string) => (body += chunk));
    request.on('end', () => {
      received.push({ headers: request.headers as Record<string, string>, body });
      response.writeHead(answers.shift() ?? 204).end();
    });
  });
  await listen(server);
  const url = `${originOf(server)}/hooks`;
  return { url, received, answers, close: () => new Promise((resolve) => server.close(resolve)) };
}

let now = 1_800_000_000_000;
let endpoint: Awaited<ReturnType<typeof startEndpoint>>;
let webhooks: WebhookDeliverer;
const idOf = (index: number) => endpoint.received[index]?.headers['svix-id'];

beforeEach(async () => {
  now = 1_800_000_000_000;
  endpoint = await startEndpoint();
  webhooks = createWebhookDeliverer({ instanceId: 'ins_1', webhookSigningSecret: SECRET, now: () => now });
});
afterEach(async () => {
  await webhooks.close();
  await endpoint.close();
});

/** Moves the clock as `advanceClock` does, and waits for what came due. */
async function advance(ms: number) {
  now += ms;
  webhooks.tick();
  await webhooks.settled();
}

describe('row 19: a delivery', () => {
  it("passes Svix's own check and ours", async () => {
    webhooks.add(endpoint.url);
    webhooks.emit('user.created', { id: 'user_1', object: 'user', first_name: 'Zoë' });
    await webhooks.settled();
    const [message] = endpoint.received;
    if (message === undefined) return expect.unreachable('nothing came');
    const event = await verifyWebhook(message, { signingSecret: SECRET, now: () => now });
    expect(event).toMatchObject({ type: 'user.created', object: 'event', instance_id: 'ins_1', timestamp: now });
    expect(event.data).toEqual({ id: 'user_1', object: 'user', first_name: 'Zoë' });
    expect(event.id).toBe(webhooks.deliveries[0]?.messageId);
    // The svix package looks at the real clock: the same bytes, signed for now.
    now = Date.now();
    webhooks.emit('user.updated', { id: 'user_1' });
    await webhooks.settled();
    const second = endpoint.received[1];
    expect(new Svix(SECRET).verify(second?.body ?? '', second?.headers ?? {})).toMatchObject({ type: 'user.updated' });
  });

  it('carries the state at its time, although the row changes before a retry', async () => {
    webhooks.add(endpoint.url);
    endpoint.answers.push(500);
    const row = { id: 'user_1', first_name: 'Ada' };
    webhooks.emit('user.created', row);
    row.first_name = 'Grace';
    await webhooks.settled();
    await advance(5000);
    expect(endpoint.received.map((message) => message.body)).toEqual([
      endpoint.received[0]?.body,
      endpoint.received[0]?.body,
    ]);
    expect(endpoint.received[1]?.body).toContain('Ada');
  });

  it('goes to the endpoints that subscribe to its type', async () => {
    webhooks.add(endpoint.url, { events: ['user.created', 'organization.*'] });
    for (const type of ['user.created', 'user.updated', 'organization.deleted', 'organizationMembership.created'])
      webhooks.emit(type, { id: type });
    await webhooks.settled();
    expect(webhooks.deliveries.map((delivery) => delivery.type)).toEqual(['user.created', 'organization.deleted']);
  });

  it('stops if its endpoint is removed', async () => {
    const { id } = webhooks.add(endpoint.url);
    expect(webhooks.remove(id)).toBe(true);
    webhooks.emit('user.created', {});
    expect(webhooks.deliveries).toEqual([]);
  });
});

describe('row 19: retries', () => {
  it('follow the schedule on the instance clock until one succeeds, with the same id and a new signature', async () => {
    webhooks.add(endpoint.url);
    endpoint.answers.push(500, 302, 200);
    webhooks.emit('user.created', { id: 'user_1' });
    await webhooks.settled();
    expect(webhooks.deliveries[0]).toMatchObject({ status: 'pending', nextAttemptAt: now + 5000 });
    await advance(4999);
    expect(endpoint.received).toHaveLength(1);
    await advance(1);
    expect(endpoint.received).toHaveLength(2);
    await advance(5 * 60_000);
    expect(webhooks.deliveries[0]).toMatchObject({ status: 'delivered', nextAttemptAt: null });
    expect(webhooks.deliveries[0]?.attempts.map((attempt) => attempt.status)).toEqual([500, 302, 200]);
    expect(new Set([idOf(0), idOf(1), idOf(2)]).size).toBe(1);
    expect(endpoint.received[2]?.headers['svix-signature']).not.toBe(endpoint.received[0]?.headers['svix-signature']);
  });

  it('end with the eighth attempt as failed', async () => {
    const { id } = webhooks.add('http://127.0.0.1:1/');
    webhooks.emit('user.created', { id: 'user_1' });
    await webhooks.settled();
    for (let i = 0; i < 20; i++) await advance(24 * 3_600_000);
    expect(webhooks.deliveries).toMatchObject([{ endpointId: id, status: 'failed', nextAttemptAt: null }]);
    expect(webhooks.deliveries[0]?.attempts).toHaveLength(8);
    expect(webhooks.deliveries[0]?.attempts[0]?.status).toBeNull();
  });

  it('do not wait for an endpoint without an answer', async () => {
    const stuck = createWebhookDeliverer(
      { instanceId: 'ins_1', webhookSigningSecret: SECRET, now: () => now },
      {
        timeoutMs: 1,
        fetch: (_url, init) =>
          new Promise((_resolve, reject) => {
            init.signal?.addEventListener('abort', () => {
              reject(new Error('aborted'));
            });
          }),
      },
    );
    stuck.add('http://127.0.0.1:1/');
    stuck.emit('user.created', {});
    await stuck.settled();
    expect(stuck.deliveries[0]?.attempts).toEqual([{ at: now, status: null }]);
    await stuck.close();
  });

  it('stop at close', async () => {
    webhooks.add(endpoint.url);
    endpoint.answers.push(500);
    webhooks.emit('user.created', {});
    await webhooks.settled();
    await webhooks.close();
    await advance(24 * 3_600_000);
    webhooks.emit('user.created', {});
    await webhooks.settled();
    expect(endpoint.received).toHaveLength(1);
  });
});

it('row 19: close ends pending requests, so that a test ends at once', async () => {
  const silent = createServer(() => undefined);
  await listen(silent);
  webhooks.add(`${originOf(silent)}/`);
  const asked = new Promise((resolve) => silent.once('request', resolve));
  webhooks.emit('user.created', {});
  await asked;
  // Without breaking off, this takes the 15 s that an endpoint has, which is longer than a test may take.
  await webhooks.close();
  expect(webhooks.deliveries[0]?.attempts).toMatchObject([{ status: null }]);
  silent.close();
});

describe('row 19: replay', () => {
  it('sends a delivered message again under its id', async () => {
    webhooks.add(endpoint.url);
    webhooks.emit('user.created', { id: 'user_1' });
    await webhooks.settled();
    await webhooks.replay(idOf(0) ?? '');
    expect(endpoint.received).toHaveLength(2);
    expect(idOf(1)).toBe(idOf(0));
    expect(webhooks.deliveries[0]).toMatchObject({ status: 'delivered' });
  });

  it('delivers a failed message', async () => {
    webhooks.add(endpoint.url);
    endpoint.answers.push(...Array.from({ length: 8 }, () => 500));
    webhooks.emit('user.created', { id: 'user_1' });
    await webhooks.settled();
    for (let i = 0; i < 8; i++) await advance(24 * 3_600_000);
    expect(webhooks.deliveries[0]?.status).toBe('failed');
    await webhooks.replay(idOf(0) ?? '');
    expect(webhooks.deliveries[0]?.status).toBe('delivered');
  });

  it('ignores an unknown message', async () => {
    await webhooks.replay('msg_unknown');
    expect(endpoint.received).toEqual([]);
  });
});

describe('row 19: an offline instance', () => {
  it.each([
    'https://example.com/hooks',
    'http://10.0.0.1/',
    'file:///tmp/x',
    'http://127.0.0.1.example.com/',
    'nonsense',
  ])('does not post to %s', (url) => {
    expect(() => webhooks.add(url)).toThrow(TypeError);
  });

  it('forgets deliveries at reset and keeps endpoints', async () => {
    webhooks.add(endpoint.url);
    webhooks.emit('user.created', {});
    await webhooks.settled();
    webhooks.reset();
    expect(webhooks.deliveries).toEqual([]);
    expect(webhooks.endpoints).toHaveLength(1);
  });
});

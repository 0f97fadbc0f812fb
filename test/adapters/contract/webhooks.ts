/** `verifyWebhook` over real HTTP: what is signed, what is not, and what is far too large. */
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { Agent, request as send, type IncomingMessage } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { WebhookVerificationError } from 'bailiff/webhooks';
import type { Framework, Handle, Tools } from '../frameworks.js';
import { answerOf, createEnvironments } from './harness.js';

export function webhooks(framework: Framework): void {
  const environments = createEnvironments(framework);
  const secret = `whsec_${Buffer.from('a signing secret for tests').toString('base64')}`;
  const body = '{"type":"user.created","object":"event","data":{"id":"user_a1","object":"user"}}';
  const now = () => 1_800_000_000_000;
  const sign = (text: string) => {
    const mac = createHmac('sha256', Buffer.from(secret.slice(6), 'base64')).update(`msg_1.1800000000.${text}`);
    return { 'svix-id': 'msg_1', 'svix-timestamp': '1800000000', 'svix-signature': `v1,${mac.digest('base64')}` };
  };
  const verify = async (tools: Tools, options: { maxBodyBytes?: number }): Promise<unknown> => {
    try {
      return await tools.verifyWebhook({ signingSecret: secret, now, ...options });
    } catch (error) {
      const { code, status } = error as { code: string; status: number };
      return { refused: code, status };
    }
  };
  const routesWith = (options: { maxBodyBytes?: number }) => [
    { method: 'post' as const, path: '/webhooks', handle: (tools: Tools) => verify(tools, options) },
  ];
  const routes = routesWith({});

  it('verifies the raw body', async () => {
    const { served } = await environments.open({ routes });
    const post = (text: string) =>
      served.agent.post('/webhooks').set(sign(body)).set('content-type', 'application/json').send(text);
    expect((await post(body)).body).toMatchObject({ type: 'user.created', id: 'msg_1' });
    expect((await post(body.replace('user_a1', 'user_a2'))).body).toEqual({
      refused: 'signature-mismatch',
      status: 400,
    });
    expect((await post(JSON.stringify(JSON.parse(body), null, 1))).body).toEqual({
      refused: 'signature-mismatch',
      status: 400,
    });
  });

  it.each([
    [
      'throws',
      () => {
        throw new RangeError('clock');
      },
    ],
    ['gives NaN', () => NaN],
  ])('answers 500 if the clock of this server %s, which is no mistake of the sender', async (_how, broken) => {
    const handle = ({ verifyWebhook }: Tools) => verifyWebhook({ signingSecret: secret, now: broken });
    const { served } = await environments.open({ routes: [{ method: 'post', path: '/webhooks', handle }] });
    const answer = await served.agent
      .post('/webhooks')
      .set(sign(body))
      .set('content-type', 'application/json')
      .send(body);
    expect([answer.status, served.errors.length]).toEqual([500, 1]);
    expect(served.errors[0]).not.toBeInstanceOf(WebhookVerificationError);
  });

  it('finds headers in any case and several signatures, in one header or in two', async () => {
    const { served } = await environments.open({ routes });
    const { 'svix-signature': good, ...others } = sign(body);
    const bad = `v1,${'A'.repeat(43)}=`;
    const post = (signature: string | string[], spell: (name: string) => string = (name) => name) => {
      const request = served.agent.post('/webhooks').set('content-type', 'application/json');
      for (const [name, value] of Object.entries(others)) request.set(spell(name), value);
      // Of a list Node makes a line each.
      return request.set(spell('svix-signature'), signature as string).send(body);
    };
    for (const signature of [`${bad} ${good}`, `${good} ${bad}`, [bad, good], [good, bad]])
      expect((await post(signature)).body).toMatchObject({ id: 'msg_1' });
    for (const signature of [`${bad} ${bad}`, [bad, bad], bad])
      expect((await post(signature)).body).toEqual({ refused: 'signature-mismatch', status: 400 });
    const standard = (name: string) => name.replace('svix', 'Webhook');
    expect((await post([bad, good], standard)).body).toMatchObject({ id: 'msg_1' });
    expect((await post(good, (name) => name.toUpperCase())).body).toMatchObject({ id: 'msg_1' });
  });

  // Elsewhere nobody parses a body that no handler asks for.
  const parsesAhead = framework.parsersOfItsOwn;
  const parsed = it.each(parsesAhead ? ['application/json', 'application/x-www-form-urlencoded', 'text/plain'] : []);
  parsed('where a parser has read it as %s: its text, or a clear refusal', async (type) => {
    const { served } = await environments.open({ routes, parseBodies: true });
    const answer = await served.agent.post('/webhooks').set(sign(body)).set('content-type', type).send(body);
    const kept = type === 'text/plain' && !framework.name.startsWith('Fastify');
    expect(answerOf(answer).body).toMatchObject(kept ? { id: 'msg_1' } : { refused: 'raw-body-required', status: 400 });
  });

  // Express 4 leaves `{}` in `req.body` then.
  it('verifies a body that a parser of another type did not read', async () => {
    const { served } = await environments.open({ routes, parseBodies: true });
    const post = (text: string) =>
      served.agent.post('/webhooks').set(sign(body)).set('content-type', 'application/octet-stream').send(text);
    expect((await post(body)).body).toMatchObject({ type: 'user.created', id: 'msg_1' });
    expect((await post(`${body} `)).body).toEqual({ refused: 'signature-mismatch', status: 400 });
    expect((await post('')).body).toEqual({ refused: 'signature-mismatch', status: 400 });
  });

  it('names the remedy for a body in base64, as serverless platforms deliver it', async () => {
    const { served } = await environments.open({ routes });
    const { body: answer } = await served.agent
      .post('/webhooks')
      .set(sign(body))
      .send(Buffer.from(body).toString('base64'));
    expect(answer).toEqual({ refused: 'signature-mismatch', status: 400 });
    expect(new WebhookVerificationError('signature-mismatch').remedy).toContain('base64');
  });

  describe('a body that is too large', () => {
    const MEGABYTE = 1_000_000;
    const agents: Agent[] = [];
    afterEach(() => {
      for (const agent of agents.splice(0)) agent.destroy();
    });

    /** Posts on a connection of the agent's, with the length announced or in chunks. */
    async function post(port: number, agent: Agent, headers: Record<string, string>, body: Buffer, announce = true) {
      const length = announce ? { 'content-length': String(body.length) } : {};
      const request = send({
        ...{ host: '127.0.0.1', port, agent, method: 'POST', path: '/webhooks' },
        headers: { 'content-type': 'application/json', ...headers, ...length },
      });
      request.end(body);
      const [response] = (await once(request, 'response')) as [IncomingMessage];
      const connection = response.socket.localPort;
      request.on('error', () => undefined);
      const chunks: Buffer[] = [];
      for await (const chunk of response) chunks.push(chunk as Buffer);
      return { answer: JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>, connection };
    }
    const keeping = () => {
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      agents.push(agent);
      return agent;
    };
    const large = Buffer.alloc(3 * MEGABYTE, 'a');

    it.each([
      ['announced', true],
      ['in chunks', false],
    ])('answers 413 (%s), and serves the next request of the connection', async (_, announce) => {
      const { served } = await environments.open({ routes });
      const agent = keeping();
      const first = await post(served.port, agent, sign(body), large, announce);
      expect(first.answer).toEqual({ refused: 'body-too-large', status: 413 });
      const next = await post(served.port, agent, sign(body), Buffer.from(body));
      expect(next.answer).toMatchObject({ type: 'user.created' });
      expect(next.connection).toBe(first.connection);
    });

    it('is not read if the headers are not those of a webhook', async () => {
      const { served } = await environments.open({ routes });
      const old = { ...sign(body), 'svix-timestamp': '1700000000' };
      for (const announce of [true, false]) {
        expect((await post(served.port, keeping(), {}, large, announce)).answer).toMatchObject({
          refused: 'headers-missing',
        });
        expect((await post(served.port, keeping(), old, large, announce)).answer).toMatchObject({
          refused: 'timestamp-too-old',
        });
      }
    });

    it('is measured against the option', async () => {
      const long = JSON.stringify({ type: 'user.created', data: { id: 'a'.repeat(2 * MEGABYTE) } });
      for (const [maxBodyBytes, expected] of [
        [long.length, { type: 'user.created' }],
        [long.length - 1, { refused: 'body-too-large' }],
      ] as const) {
        const { served } = await environments.open({ routes: routesWith({ maxBodyBytes }) });
        for (const announce of [true, false]) {
          const { answer } = await post(served.port, keeping(), sign(long), Buffer.from(long), announce);
          expect(answer).toMatchObject(expected);
        }
      }
    });

    it('is measured against the same limit if another handler has read it', async () => {
      const { served } = await environments.open({
        routes: routesWith({ maxBodyBytes: body.length - 1 }),
        readBefore: true,
      });
      const { answer } = await post(served.port, keeping(), sign(body), Buffer.from(body), false);
      expect(answer).toEqual({ refused: 'body-too-large', status: 413 });
      const other = await environments.open({ routes: routesWith({ maxBodyBytes: body.length }), readBefore: true });
      const good = await post(other.served.port, keeping(), sign(body), Buffer.from(body), false);
      expect(good.answer).toMatchObject({ type: 'user.created' });
    });

    it('refuses a sender that hangs up in the middle, and goes on serving', async () => {
      let refused: (reason: unknown) => void = () => undefined;
      const heard = new Promise((resolve) => (refused = resolve));
      const handle: Handle = async (tools) => {
        const answer = await verify(tools, {});
        refused(answer);
        return answer;
      };
      const { served } = await environments.open({ routes: [{ method: 'post', path: '/webhooks', handle }] });
      const request = send({
        ...{ host: '127.0.0.1', port: served.port, method: 'POST', path: '/webhooks' },
        headers: { ...sign(body), 'content-length': '100' },
      });
      request.on('error', () => undefined);
      request.write('half', () => request.destroy());
      expect(await heard).toEqual({ refused: 'raw-body-required', status: 400 });
      expect((await post(served.port, keeping(), sign(body), Buffer.from(body))).answer).toMatchObject({ id: 'msg_1' });
    });
  });
}

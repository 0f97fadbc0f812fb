/** One-time codes as webhooks: what an application gets that sends the messages itself. */
import { createServer } from 'node:http';
import { afterEach, expect, it } from 'vitest';
import { verifyWebhook } from 'bailiff/webhooks';
import { FrontEnd } from '../frontend-api/front-end.js';
import { instances } from '../support.js';
import { listen, originOf } from '../../support/listen.js';

interface Received {
  readonly headers: Record<string, string>;
  readonly body: string;
}

const start = instances();
const received: Received[] = [];
const receiver = createServer((request, response) => {
  let body = '';
  request.setEncoding('utf8');
  request.on('data', (chunk: string) => (body += chunk));
  request.on('end', () => {
    received.push({ headers: request.headers as Record<string, string>, body });
    response.writeHead(204).end();
  });
});
afterEach(() => {
  received.length = 0;
  receiver.close();
});

it('messages are delivered signed with their code, unless the address is a test address', async () => {
  await listen(receiver);
  const clerk = await start({
    seed: {
      seed: 'messages',
      users: [
        { id: 'user_ada', email_address: 'ada@example.com', phone_number: '+12125551234' },
        { id: 'user_tess', email_address: 'tess+clerk_test@example.com', phone_number: '+12015550100' },
      ],
      instance: { user_settings: { attributes: { phone_number: { enabled: true } } } },
    },
  });
  clerk.webhooks.add(originOf(receiver), { events: ['email.created', 'sms.created'] });
  for (const [identifier, strategy] of [
    ['ada@example.com', 'email_code'],
    ['+12125551234', 'phone_code'],
    ['tess+clerk_test@example.com', 'email_code'],
    ['+12015550100', 'phone_code'],
  ] as const) {
    const begun = await new FrontEnd(clerk).post('/v1/client/sign_ins', { identifier, strategy });
    expect(begun.response['status']).toBe('needs_first_factor');
  }
  await clerk.webhooks.settled();
  const events = await Promise.all(
    received.map((message) =>
      verifyWebhook(message, { signingSecret: clerk.env.CLERK_WEBHOOK_SIGNING_SECRET, now: clerk.now }),
    ),
  );
  const [email, sms] = ['ada@example.com', '+12125551234'].map((to) => clerk.lastCode(to));
  expect(events.map(({ type, data }) => [type, data])).toEqual([
    [
      'email.created',
      expect.objectContaining({
        to_email_address: 'ada@example.com',
        user_id: 'user_ada',
        data: dataWith(await email),
      }),
    ],
    [
      'sms.created',
      expect.objectContaining({ to_phone_number: '+12125551234', user_id: 'user_ada', data: dataWith(await sms) }),
    ],
  ]);
  const [{ body, headers } = { body: '', headers: {} }] = received;
  const forged = { headers, body: body.replace(String(await email), '000000') };
  await expect(
    verifyWebhook(forged, { signingSecret: clerk.env.CLERK_WEBHOOK_SIGNING_SECRET, now: clerk.now }),
  ).rejects.toThrow();
});

const dataWith = (code: string | undefined): unknown => expect.objectContaining({ otp_code: code });

/** Functions on AWS Lambda behind API Gateway: both forms of its events, by serverless-http and by Hono's own handler. */
import { createHmac } from 'node:crypto';
import * as expressAdapter from 'bailiff/express';
import * as honoAdapter from 'bailiff/hono';
import { verifyWebhook, WebhookVerificationError } from 'bailiff/webhooks';
import connect from 'connect';
import express5, { type Express } from 'express';
import express4 from 'express4';
import { Hono } from 'hono';
import { handle } from 'hono/aws-lambda';
import serverless from 'serverless-http';
import { beforeEach, describe, expect, it } from 'vitest';
import { callsOf, OPERATIONS } from '../support/clerk.js';
import { browserCookies, createFixtures, renewSession, SUFFIX, type Fixtures } from './fixtures.js';

let fixtures: Fixtures;
beforeEach(async () => {
  fixtures = await createFixtures();
});

const HOST = 'abc123.execute-api.eu-west-1.amazonaws.com';
const STAGE = `https://${HOST}/prod`;
const SECRET = `whsec_${Buffer.from('a signing secret for tests').toString('base64')}`;
const PAGE = { accept: 'text/html', 'sec-fetch-dest': 'document' };

interface Ask {
  readonly path: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly base64?: boolean;
}
interface LambdaAnswer {
  readonly statusCode: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly multiValueHeaders?: Readonly<Record<string, readonly string[]>>;
  readonly cookies?: readonly string[];
  readonly body: string;
}
type Lambda = (event: object) => Promise<LambdaAnswer>;

/** What API Gateway makes of a request: REST (1.0) and HTTP (2.0). The path lacks the stage that browsers see. */
const EVENTS: Readonly<Record<'v1' | 'v2', (ask: Ask) => object>> = {
  v1: ({ path, method = 'GET', headers = {}, body = '', base64 = false }) => {
    const all = { Host: HOST, ...headers };
    return {
      version: '1.0',
      httpMethod: method,
      path,
      resource: '/{proxy+}',
      headers: all,
      multiValueHeaders: Object.fromEntries(Object.entries(all).map(([name, value]) => [name, [value]])),
      queryStringParameters: null,
      multiValueQueryStringParameters: null,
      requestContext: { stage: 'prod', domainName: HOST, path: `/prod${path}`, identity: { sourceIp: '203.0.113.7' } },
      body,
      isBase64Encoded: base64,
    };
  },
  v2: ({ path, method = 'GET', headers = {}, body = '', base64 = false }) => {
    const { cookie, ...others } = headers as Record<string, string>;
    return {
      version: '2.0',
      routeKey: '$default',
      rawPath: path,
      rawQueryString: '',
      headers: { host: HOST, ...others },
      ...(cookie === undefined ? {} : { cookies: cookie.split('; ') }),
      requestContext: { stage: 'prod', domainName: HOST, http: { method, path, sourceIp: '203.0.113.7' } },
      body,
      isBase64Encoded: base64,
    };
  },
};

const now = () => 1_800_000_000_000;
const refusal = (error: unknown): { status: 400 | 413; body: object } => {
  if (!(error instanceof WebhookVerificationError)) throw error;
  return { status: error.status, body: { code: error.code, remedy: error.remedy } };
};

function onExpress(make: () => Express, publicUrl: string): Lambda {
  const app = make();
  app.use(expressAdapter.clerkMiddleware({ ...fixtures.options, publicUrl }));
  app.get('/me', expressAdapter.requireAuth(), (req, res) => void res.json({ userId: req.auth.userId }));
  app.post('/webhooks', (req, res) => {
    expressAdapter.verifyWebhook(req, { signingSecret: SECRET, now }).then(
      ({ type }) => res.json({ type }),
      (error: unknown) => res.status(refusal(error).status).json(refusal(error).body),
    );
  });
  return serverless(app as never) as unknown as Lambda;
}

const FUNCTIONS: Readonly<Record<string, (publicUrl: string) => Lambda>> = {
  'serverless-http, Express 5': (publicUrl) => onExpress(() => express5(), publicUrl),
  'serverless-http, Express 4': (publicUrl) => onExpress(() => express4(), publicUrl),
  'serverless-http, connect': (publicUrl) => {
    const app = connect();
    app.use(expressAdapter.clerkMiddleware({ ...fixtures.options, publicUrl }));
    app.use('/me', expressAdapter.requireAuth());
    app.use('/me', (req, res) => res.end(JSON.stringify({ userId: expressAdapter.getAuth(req).userId })));
    app.use('/webhooks', (req, res) => {
      expressAdapter.verifyWebhook(req, { signingSecret: SECRET, now }).then(
        ({ type }) => res.end(JSON.stringify({ type })),
        (error: unknown) => {
          res.statusCode = refusal(error).status;
          res.end(JSON.stringify(refusal(error).body));
        },
      );
    });
    return serverless(app) as unknown as Lambda;
  },
  'hono/aws-lambda': (publicUrl) => {
    const app = new Hono();
    app.use(honoAdapter.clerkMiddleware({ ...fixtures.options, publicUrl }));
    app.get('/me', honoAdapter.requireAuth(), (c) => c.json({ userId: honoAdapter.getAuth(c).userId }));
    app.post('/webhooks', async (c) => {
      try {
        return c.json({ type: (await honoAdapter.verifyWebhook(c, { signingSecret: SECRET, now })).type });
      } catch (error) {
        return c.json(refusal(error).body, refusal(error).status);
      }
    });
    return handle(app) as unknown as Lambda;
  },
};

const headerOf = ({ headers, multiValueHeaders }: LambdaAnswer, name: string): string | undefined =>
  headers?.[name] ?? multiValueHeaders?.[name]?.[0];
const cookiesOf = ({ cookies, headers, multiValueHeaders }: LambdaAnswer): readonly string[] => {
  const line = headers?.['set-cookie'];
  return [...(cookies ?? []), ...(multiValueHeaders?.['set-cookie'] ?? []), ...(line === undefined ? [] : [line])];
};
const textOf = ({ body, isBase64Encoded }: LambdaAnswer & { isBase64Encoded?: boolean }): unknown =>
  JSON.parse(isBase64Encoded ? Buffer.from(body, 'base64').toString() : body);

describe.each(Object.entries(FUNCTIONS))('%s', (_name, make) => {
  describe.each(['v1', 'v2'] as const)('with events of %s', (version) => {
    const ask = async (request: Ask): Promise<LambdaAnswer> => make(STAGE)(EVENTS[version](request));

    it('lets a signed-in user in, by header and by cookie, and refuses everybody else', async () => {
      const bearer = await ask({ path: '/me', headers: { authorization: `Bearer ${fixtures.tokens.admin}` } });
      expect([bearer.statusCode, textOf(bearer)]).toEqual([200, { userId: 'user_ada' }]);
      const cookie = `__session_${SUFFIX}=${fixtures.tokens.admin}; __client_uat_${SUFFIX}=1; __clerk_db_jwt_${SUFFIX}=dvb`;
      const page = { ...PAGE, cookie, referer: `${STAGE}/list` };
      expect((await ask({ path: '/me', headers: page })).statusCode).toBe(200);
      expect((await ask({ path: '/me', headers: { ...page, referer: 'https://elsewhere.example/' } })).statusCode).toBe(
        307,
      );
      const forged = await ask({ path: '/me', headers: { authorization: `Bearer ${fixtures.tokens.forged}` } });
      expect([forged.statusCode, headerOf(forged, 'www-authenticate')]).toEqual([
        401,
        expect.stringContaining('invalid_token'),
      ]);
      expect((await ask({ path: '/me' })).statusCode).toBe(401);
    });

    it('sends a page to renew its session and back to the stage', async () => {
      const answer = await ask({ path: '/me', headers: PAGE });
      expect(answer.statusCode).toBe(307);
      expect(new URL(headerOf(answer, 'location') ?? '').searchParams.get('redirect_url')).toBe(`${STAGE}/me`);
    });

    it('renews a session with the headers of the request', async () => {
      const cookies = renewSession(fixtures);
      const asked: unknown[] = [];
      const listen: typeof fetch = (input, init) => {
        const { request_headers: sent } = JSON.parse((init?.body ?? '{}') as string) as { request_headers?: unknown };
        if (sent !== undefined) asked.push(sent);
        return fetch(input, init);
      };
      fixtures = { ...fixtures, options: { ...fixtures.options, fetch: listen } };
      const headers = { ...browserCookies(fixtures.tokens.expired), 'user-agent': 'acorn' };
      const answer = await ask({ path: '/me', headers });
      expect([answer.statusCode, cookiesOf(answer).join('\n')]).toEqual([
        200,
        expect.stringContaining(cookies[2] ?? ''),
      ]);
      expect(callsOf(fixtures.clerk, OPERATIONS.refresh)).toBe(1);
      expect(asked).toEqual([expect.objectContaining({ 'user-agent': ['acorn'] })]);
    });

    it('verifies webhooks in text and in base64', async () => {
      const text = '{"type":"user.created","object":"event","data":{"id":"user_ü","object":"user"}}';
      const mac = createHmac('sha256', Buffer.from(SECRET.slice(6), 'base64')).update(`msg_1.1800000000.${text}`);
      const headers = {
        'content-type': 'application/json',
        'svix-id': 'msg_1',
        'svix-timestamp': '1800000000',
        'svix-signature': `v1,${mac.digest('base64')}`,
      };
      const post = (body: string, base64 = false) =>
        ask({ path: '/webhooks', method: 'POST', headers, body, base64 }).then((answer) => [
          answer.statusCode,
          textOf(answer),
        ]);
      const encoded = Buffer.from(text).toString('base64');
      expect(await post(text)).toEqual([200, { type: 'user.created' }]);
      expect(await post(encoded, true)).toEqual([200, { type: 'user.created' }]);
      const refused = { code: 'signature-mismatch', remedy: expect.stringContaining('base64') as string };
      // Somebody has lost the flag on the way.
      expect(await post(encoded)).toEqual([400, refused]);
      expect(await post(`${text} `)).toEqual([400, refused]);
      await expect(verifyWebhook({ headers, body: encoded }, { signingSecret: SECRET, now })).rejects.toMatchObject(
        refused,
      );
    });
  });
});

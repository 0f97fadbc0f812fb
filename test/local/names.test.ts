/** Names that every object has inherited, wherever a client may write a name: nobody's parameter, id, key, scope or header. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LocalInstance } from 'bailiff-local';
import { newerRoutes } from '../../packages/local/src/backend-api/newer-routes.js';
import { specification, type Operation } from '../../packages/local/src/document/specification.js';
import { handleFrontendRequest } from '../../packages/local/src/frontend-api/handle-frontend-request.js';
import { profileOf } from '../../packages/local/src/model/oauth/profile.js';
import { handleControlRequest, isControlPath } from '../../packages/local/src/server/control-routes.js';
import { createRequestLog } from '../../packages/local/src/server/request-log.js';
import { lookUp } from '../../packages/local/src/ground/look-up.js';
import { drive } from './backend-api/sampling.js';
import { seededState, send } from './backend-api/support.js';
import { ADA, startWithPeople } from './frontend-api/support.js';

const NAMES = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf', '__defineGetter__'] as const;
const { operations } = specification();

const { state, ids, start } = seededState();

describe('the Backend API', () => {
  const rows = operations.map((operation): [string, Operation] => [operation.id, operation]);

  it.each(rows)('%s takes names of the prototype as plain names', async (_id, operation) => {
    state.restore(start);
    const good = await drive(state, operation, ids);
    const ready = state.checkpoint();
    const attempt = async (changes: Partial<typeof good>) => {
      state.restore(ready);
      const { path, ...sent } = { ...good, ...changes };
      const answer = await send(state, operation.method, path, sent);
      expect(answer.status, `${JSON.stringify(changes)} ${answer.text}`.slice(0, 500)).toBeLessThan(500);
      return answer;
    };
    for (const name of NAMES) {
      for (const parameter of operation.query) {
        for (const value of [name, `-${name}`, `+${name}`]) {
          const answer = await attempt({ query: { ...good.query, [parameter.name]: value } });
          // No list can be ordered by it.
          if (parameter.name === 'order_by') expect(answer.status).toBeGreaterThanOrEqual(400);
        }
      }
      await attempt({ query: { ...good.query, [name]: name } });
      const segments = operation.path.split('/');
      for (const [index, segment] of segments.entries()) {
        if (!segment.startsWith('{')) continue;
        const path = good.path
          .split('/')
          .map((one, at) => (at === index ? name : one))
          .join('/');
        await attempt({ path });
      }
      for (const header of ['authorization', 'content-type', 'clerk-api-version', 'user-agent', name.toLowerCase()]) {
        for (const value of [name, `Bearer ${name}`]) await attempt({ headers: { ...good.headers, [header]: value } });
      }
      if (typeof good.body !== 'object' || good.body === null || good.body instanceof Uint8Array) continue;
      const [first] = Array.isArray(good.body) ? (good.body as unknown[]) : [good.body];
      const members = Object.entries(first as Record<string, unknown>);
      // As text, so that the key is one of the object itself.
      const bodies = [
        ...members.map(([member]) => members.map(([key, value]) => [key, key === member ? name : value])),
        [...members, [name, name]],
        [...members, [name, { [name]: {} }]],
        ...members.map(([member]) => members.map(([key, value]) => [key, key === member ? { [name]: name } : value])),
      ].map((entries) => JSON.stringify(Object.fromEntries(entries)));
      for (const body of bodies) await attempt({ body: Array.isArray(good.body) ? `[${body}]` : body });
    }
  });

  it('paths for clients only do so too', async () => {
    for (const { method, path } of newerRoutes()) {
      for (const name of NAMES) {
        state.restore(start);
        const where = path.replace(/\{\w+\}/g, name);
        const body = `{"${name}":"${name}","token":"${name}","id":"${name}"}`;
        const query = `${name}=${name}&order_by=${name}&limit=${name}`;
        const answer = await send(state, method, where, { query, ...(method === 'GET' ? {} : { body }) });
        expect(answer.status, `${method} ${where} ${answer.text}`).toBeLessThan(500);
      }
    }
  });

  it('a form field of such a name is a field', async () => {
    const form = new FormData();
    for (const name of NAMES) {
      form.append(name, new Blob(['x']), name);
      form.append(name, name);
    }
    const request = new Request('http://127.0.0.1', { method: 'POST', body: form });
    const headers = { 'content-type': request.headers.get('content-type') ?? '' };
    const body = new Uint8Array(await request.arrayBuffer());
    state.restore(start);
    const answer = await send(state, 'POST', `/users/${ids['user_id'] ?? ''}/profile_image`, { headers, body });
    // None of them is the file that it asks for.
    expect([answer.status, answer.body.errors[0].meta?.param_name]).toEqual([400, 'file']);
  });

  it('a valid order works in both directions', async () => {
    state.restore(start);
    for (const order of ['created_at', '-created_at', '+email_address', '-last_sign_in_at']) {
      expect((await send(state, 'GET', '/users', { query: { order_by: order } })).status).toBe(200);
    }
  });
});

describe('the Frontend API and the pages', () => {
  let clerk: LocalInstance;
  beforeAll(async () => {
    clerk = await startWithPeople();
  });
  afterAll(() => clerk.close());

  const PATHS = [
    ...['/sign-in', '/sign-up', '/sign-out', '/user', '/user/organization', '/v1/client', '/v1/client/handshake'],
    ...['/v1/dev_browser', '/v1/environment', '/v1/client/sessions/NAME/tokens', '/v1/client/sign_ins', '/v1/NAME'],
    ...['/oauth/authorize', '/oauth/token', '/oauth/userinfo', '/oauth/token_info', '/oauth/revoke', '/oauth/register'],
    ...['/v1/tickets/accept', '/__bailiff/tokens/NAME', '/__bailiff/NAME', '/images/NAME', '/NAME', '/sso/NAME'],
  ];
  const FIELDS = [
    ...['redirect_url', 'user_id', 'organization_id', '__clerk_db_jwt', 'format', 'client_id', 'redirect_uri', 'scope'],
    ...['response_type', 'code', 'grant_type', 'refresh_token', 'token', 'resource', 'email', 'decision', 'ticket'],
    ...['strategy', 'identifier', 'prompt', 'token_type_hint', 'code_challenge_method', 'token_endpoint_auth_method'],
  ];

  it.each(PATHS)('%s', async (pattern) => {
    for (const name of NAMES) {
      const path = pattern.replace('NAME', name);
      for (const method of ['GET', 'POST', name]) {
        for (const fields of [...FIELDS.map((field) => [field]), FIELDS, [name]]) {
          const query = new URLSearchParams(fields.map((field) => [field, name]));
          for (const [type, body] of [
            ['application/x-www-form-urlencoded', query.toString()],
            ['application/json', JSON.stringify(Object.fromEntries(query))],
            [name, name],
          ] as const) {
            const handle = isControlPath(path) ? handleControlRequest : handleFrontendRequest;
            const response = await handle(clerk.state, {
              ...{ method, path, query, origin: clerk.frontendApiUrl, body: new TextEncoder().encode(body) },
              headers: {
                ...{ 'content-type': type, origin: name, authorization: `Bearer ${name}`, cookie: `${name}=${name}` },
                ...{ accept: name, 'x-bailiff-user': name, 'sec-fetch-site': 'same-origin' },
              },
            });
            expect(response.status, `${method} ${path} ${fields.join()}`).toBeLessThan(500);
          }
        }
      }
    }
  });

  it('a scope of such a name gives no claim', () => {
    const user = clerk.state.table('users').get(ADA);
    if (user === undefined) return expect.unreachable();
    expect(profileOf(clerk.state, user, [...NAMES, 'email'])).toEqual(profileOf(clerk.state, user, ['email']));
    expect(Object.keys(profileOf(clerk.state, user, ['email']))).toContain('email');
  });

  it('the request log keeps headers of every name', () => {
    const requestLog = createRequestLog(() => null);
    const headers = Object.fromEntries(NAMES.map((name) => [name, 'x']));
    const request = { method: 'GET', path: '/', query: new URLSearchParams(), headers };
    requestLog.add({ request, status: 200, at: 0, durationMs: 0 });
    expect(Object.keys(requestLog.entries[0]?.headers ?? {})).toEqual([...NAMES]);
  });
});

it('a table holds its own entries only', () => {
  const table = { a: 1, ['constructor']: 2 };
  expect(['a', 'b', 'constructor', 'toString', '__proto__'].map((name) => lookUp(table, name))).toEqual([
    1,
    undefined,
    2,
    undefined,
    undefined,
  ]);
});

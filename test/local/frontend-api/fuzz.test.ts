import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { LocalInstance } from 'bailiff-local';
import { isFrontendRequest } from '../../../packages/local/src/frontend-api/engine/transport.js';
import { handleFrontendRequest } from '../../../packages/local/src/frontend-api/handle-frontend-request.js';
import { handleControlRequest, isControlPath } from '../../../packages/local/src/server/control-routes.js';
import { ADA, APP, Browser, startWithPeople } from './support.js';

let clerk: LocalInstance;
let cookie: string;
beforeAll(async () => {
  clerk = await startWithPeople();
  const browser = new Browser();
  await browser.submit(`${clerk.frontendApiUrl}/sign-in`, { user_id: ADA });
  cookie = [...browser.cookies(clerk.frontendApiUrl)].map(([name, value]) => `${name}=${value}`).join('; ');
});
afterAll(() => clerk.close());

const PATHS = [
  '/',
  '/sign-in',
  '/sign-up',
  '/sign-out',
  '/user',
  '/user/organization',
  '/v1/client',
  '/v1/client/handshake',
  '/v1/dev_browser',
  '/v1/environment',
  '/v1/client/sessions/x/tokens',
  '/oauth/authorize',
  '/oauth/token',
  '/oauth/userinfo',
  '/oauth/token_info',
  '/oauth/revoke',
  '/oauth/register',
  '/v1/tickets/accept',
  '/v1/agents/tasks',
  '/__bailiff/env',
  '/__bailiff/snapshot',
  '/__bailiff/tokens/session',
  '/__bailiff/tokens/toString',
];
const FIELDS = [
  'redirect_url',
  'user_id',
  'q',
  'organization_id',
  '__clerk_db_jwt',
  '__clerk_redirect_url',
  'format',
  'client_id',
  'redirect_uri',
  'response_type',
  'code',
  'code_verifier',
  'grant_type',
  'refresh_token',
  'token',
  'scope',
  'resource',
  'email',
  'decision',
  'ticket',
];

const text = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.constantFrom(APP, ADA, 'code', 'authorization_code', '__proto__', 'toString', '%', '\r\nx: y'),
);
const fields = fc.dictionary(fc.oneof(fc.constantFrom(...FIELDS), fc.string()), text);
const headers = fc.record(
  {
    origin: fc.oneof(fc.constantFrom('null', 'http://127.0.0.1:1', 'https://evil.example'), fc.string()),
    authorization: fc.oneof(
      fc.string(),
      fc.base64String().map((encoded) => `Basic ${encoded}`),
      fc.string().map((token) => `Bearer ${token}`),
    ),
    host: fc.string(),
    'clerk-proxy-url': fc.oneof(fc.webUrl(), fc.string()),
    'content-type': fc.constantFrom('application/json', 'application/x-www-form-urlencoded', ''),
    'sec-fetch-site': fc.constantFrom('same-origin', 'cross-site', ''),
    'x-bailiff-user': fc.constantFrom(ADA, '__proto__', ''),
  },
  { requiredKeys: [] },
);

it('answers any request in full: no failure of its own, no broken header, no redirect to another site', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('GET', 'POST', 'HEAD', 'OPTIONS', 'DELETE', 'TRACE'),
      fc.oneof(
        fc.constantFrom(...PATHS),
        fc.string().map((path) => `/${path}`),
      ),
      fields,
      headers,
      fc.oneof(
        fields.map((body) => new URLSearchParams(body).toString()),
        fc.json(),
        fc.string(),
      ),
      fc.boolean(),
      async (method, path, query, given, body, signedIn) => {
        const handle = isControlPath(path) ? handleControlRequest : handleFrontendRequest;
        const response = await handle(clerk.state, {
          method,
          path,
          query: new URLSearchParams(query),
          headers: { ...given, cookie: signedIn ? cookie : body },
          body: new TextEncoder().encode(body),
          origin: clerk.frontendApiUrl,
        });
        expect(response.status).toBeLessThan(500);
        for (const [name, value] of response.headers) {
          // eslint-disable-next-line no-control-regex -- what no header value may hold (RFC 9110, section 5.5)
          expect(value, name).not.toMatch(/[\u0000-\u0008\u000a-\u001f\u007f\u0100-\uffff]/);
          if (name === 'Location')
            expect(new URL(value, clerk.frontendApiUrl).hostname).toMatch(/^(127\.0\.0\.1|localhost)$/);
        }
      },
    ),
    { numRuns: 2000 },
  );
});

it('leaves the Backend API its paths', () => {
  const isFrontendPath = (path: string, method = 'GET', query = '', headers = {}) =>
    isFrontendRequest({ method, path, query: new URLSearchParams(query), headers });
  for (const path of [
    '/v1/clients',
    '/v1/clients/verify',
    '/v1/users',
    '/users',
    '/user_x',
    '/v1/jwks',
    '/oauth_applications',
    '/organizations',
  ]) {
    expect(isFrontendPath(path), path).toBe(false);
  }
  expect(isFrontendPath('/v1/agents/tasks', 'POST')).toBe(false);
  for (const path of PATHS) expect(isFrontendPath(path), path).toBe(!isControlPath(path));
  // Both APIs have these: the client of browsers names its version.
  for (const path of [
    '/v1/organizations',
    '/v1/organizations/org_1/memberships',
    '/v1/billing/plans',
    '/api_keys',
    '//api_keys',
  ]) {
    expect(isFrontendPath(path), path).toBe(false);
    expect(isFrontendPath(path, 'GET', '_clerk_js_version=6.40.0'), path).toBe(true);
    expect(isFrontendPath(path, 'OPTIONS', '', { 'access-control-request-method': 'POST' }), path).toBe(true);
  }
});

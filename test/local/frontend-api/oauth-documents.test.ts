import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { LocalInstance } from 'bailiff-local';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { mayConnect, mayFetch } from '../../../packages/local/src/http/fetch-document.js';
import { CALLBACK, codeOf, OAuthClient } from './oauth-support.js';
import { ADA, Browser, locationOf, startWithPeople } from './support.js';

let clerk: LocalInstance;
let host: Server;
let origin: string;
let clientId: string;
/** What the host answers; it counts the requests. */
let serve: (response: ServerResponse) => void;
let asked: string[];
let warnings: string[];

beforeEach(async () => {
  clerk = await startWithPeople();
  asked = [];
  warnings = [];
  vi.spyOn(process, 'emitWarning').mockImplementation((warning) => void warnings.push(String(warning)));
  host = createServer((request, response) => {
    asked.push(request.url ?? '');
    serve(response);
  });
  host.listen(0, '127.0.0.1');
  await once(host, 'listening');
  origin = `http://127.0.0.1:${String((host.address() as AddressInfo).port)}`;
  clientId = `${origin}/client.json`;
  document();
});
afterEach(async () => {
  vi.restoreAllMocks();
  host.close();
  await clerk.close();
});

function answer(body: string, status = 200, headers: Record<string, string> = {}): void {
  serve = (response) => response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);
}
const document = (change: Record<string, unknown> = {}) => {
  const fields = { client_id: clientId, client_name: 'A tool', redirect_uris: [CALLBACK], ...change };
  answer(JSON.stringify(fields));
};
const client = (id = clientId) => new OAuthClient(clerk, { client_id: id });
const settings = (fields: Record<string, unknown>) => {
  const table = clerk.state.table('instance_settings');
  if (table.get('oauth')) table.update('oauth', fields);
  else table.insert({ id: 'oauth', ...fields });
};
const rows = () => clerk.state.table('oauth_applications').size;

/** Nothing may be sent anywhere. */
async function refused(id = clientId, change: Record<string, string | null> = {}): Promise<string> {
  const response = await fetch(client(id).authorizeUrl(change), {
    redirect: 'manual',
    headers: { 'x-bailiff-user': ADA },
  });
  expect([response.status, response.headers.get('location')]).toEqual([400, null]);
  return response.text();
}

describe('a client with a metadata document', () => {
  it('gets tokens after consent, and is shown as local', async () => {
    const browser = new Browser();
    await browser.submit(client().at('/sign-in'), { user_id: ADA });
    const url = client().authorizeUrl();
    const page = await (await browser.request(url)).text();
    expect(page).toContain('Allow A tool?');
    expect(page).toContain('Clerk takes https alone');
    const fields = { ...Object.fromEntries(new URL(url).searchParams), decision: 'allow' };
    const code = codeOf(locationOf(await browser.submit(client().at('/oauth/authorize'), fields)));
    const { status, body } = await client().redeem(code);
    expect([status, body.scope]).toEqual([200, 'profile email']);
    expect((await client().verify(body.access_token)).body['client_id']).toBe(clientId);
    expect(asked).toEqual(['/client.json']);
    expect(warnings).toEqual([expect.stringContaining('Clerk takes https URLs alone')]);
  });

  it('is found by the name of this machine too', async () => {
    clientId = clientId.replace('127.0.0.1', 'localhost');
    document();
    expect(codeOf(await client().authorizeAs(ADA))).not.toBe('');
    expect(asked).toEqual(['/client.json']);
  });

  it('always needs consent, S256 and exactly its redirect URI', async () => {
    await client().authorizeAs(ADA);
    client().change({ consent_screen_enabled: false });
    const browser = new Browser();
    await browser.submit(client().at('/sign-in'), { user_id: ADA });
    expect((await browser.request(client().authorizeUrl())).status).toBe(200);
    const silent = locationOf(await browser.request(client().authorizeUrl({ prompt: 'none' })));
    expect(silent.searchParams.get('error')).toBe('consent_required');
    const bare = await client().authorizeAs(ADA, { code_challenge: null });
    expect(bare.searchParams.get('error')).toBe('invalid_request');
    await refused(clientId, { redirect_uri: CALLBACK.replace('3998', '3997') });
  });

  it('follows changes of its document', async () => {
    await client().authorizeAs(ADA);
    document({ redirect_uris: ['https://app.example/callback'] });
    await refused();
    const moved = await client().authorizeAs(ADA, { redirect_uri: 'https://app.example/callback' });
    expect(codeOf(moved)).not.toBe('');
    expect(rows()).toBe(1);
    answer('gone', 404);
    await refused(clientId, { redirect_uri: 'https://app.example/callback' });
  });

  it.each([
    ['another client_id', { client_id: 'https://other.example/client.json' }],
    ['no client_id', { client_id: undefined }],
    ['a secret', { client_secret: 'x' }],
    ['a method that needs a secret', { token_endpoint_auth_method: 'client_secret_basic' }],
    ['no redirect URIs', { redirect_uris: [] }],
    ['a script as redirect URI', { redirect_uris: ['javascript:alert(1)'] }],
    ['another grant', { grant_types: ['password'] }],
  ])('is refused with %s', async (_what, change) => {
    document(change);
    await refused();
    expect(rows()).toBe(0);
  });

  it.each([
    ['a redirect', () => answer('', 302, { location: '/elsewhere.json' })],
    ['an error', () => answer('{}', 500)],
    ['a page', () => answer('{}', 200, { 'content-type': 'text/html' })],
    ['no JSON', () => answer('{"client_id":')],
    ['a list', () => answer('[]')],
    ['too much', () => answer(JSON.stringify({ client_id: clientId, filler: 'x'.repeat(70_000) }))],
    ['half of it', () => (serve = (response) => response.writeHead(200, { 'content-length': '9' }).end('{').destroy())],
  ])('is refused if its host answers %s, which is not shown', async (_what, prepare) => {
    prepare();
    expect(await refused()).not.toContain('filler');
    expect(asked).toEqual(['/client.json']);
    expect(rows()).toBe(0);
  });

  it.each(['/', '/client.json?x=1', '/client.json#x', '/client.json#', '/a/../client.json'])(
    'has an id in one form, unlike %s',
    async (path) => {
      await refused(`${origin}${path}`);
      await refused(clientId.replace('//', '//user@'));
      expect(asked).toEqual([]);
    },
  );

  it('cannot be registered by a form or a token request', async () => {
    const form = new URLSearchParams({ ...Object.fromEntries(new URL(client().authorizeUrl()).searchParams) });
    const response = await fetch(client().at('/oauth/authorize'), { method: 'POST', body: form, redirect: 'manual' });
    expect(response.status).toBe(400);
    expect((await client().redeem('x')).body.error).toBe('invalid_client');
    expect(asked).toEqual([]);
  });

  it('may need registration, and may be blocked', async () => {
    settings({ client_id_metadata_documents_only_allow_pre_registered_clients: true });
    await refused();
    expect(asked).toEqual([]);
    settings({ client_id_metadata_documents_only_allow_pre_registered_clients: false });
    const tokens = await client().tokensFor(ADA);
    settings({ client_id_metadata_documents_only_allow_pre_registered_clients: true });
    expect(codeOf(await client().authorizeAs(ADA))).not.toBe('');
    settings({ client_id_metadata_documents_block_implicitly_allowed_clients: true });
    await refused();
    expect((await client().refresh(tokens.refresh_token)).body.error).toBe('invalid_client');
  });

  it('is announced by discovery', async () => {
    const announced = async () => {
      const response = await fetch(client().at('/.well-known/oauth-authorization-server'));
      return ((await response.json()) as Record<string, unknown>)['client_id_metadata_document_supported'];
    };
    expect(await announced()).toBe(true);
    settings({ client_id_metadata_documents_advertised: false });
    expect(await announced()).toBe(false);
  });
});

describe('the hosts of documents', () => {
  it.each([
    ['https://client.example/oauth.json', true],
    ['http://localhost:3000/client.json', true],
    ['http://[::1]:3000/client.json', true],
    ['http://client.example/oauth.json', false],
    ['http://192.168.0.1/client.json', false],
    ['http://127.0.0.1.evil.example/client.json', false],
    ['http://app.localhost/client.json', false],
    ['ftp://127.0.0.1/client.json', false],
    ['file:///etc/passwd', false],
  ])('%s: %s', (url, allowed) => {
    expect(mayFetch(new URL(url))).toBe(allowed);
  });

  it.each([
    ['https://client.example/', '93.184.216.34', true],
    ['https://client.example/', '2606:2800:220:1:248:1893:25c8:1946', true],
    ...[
      ...[
        '127.0.0.1',
        '10.1.2.3',
        '172.16.0.1',
        '192.168.1.1',
        '169.254.169.254',
        '100.64.0.1',
        '0.0.0.0',
        '224.0.0.1',
      ],
      ...['::1', '::', 'fd00::1', 'fe80::1', '::ffff:127.0.0.1', '64:ff9b::7f00:1', '2002:7f00:1::', '2001:0:1::1'],
    ].map((address) => ['https://client.example/', address, false] as const),
    ['http://localhost/', '127.0.0.1', true],
    ['http://localhost/', '::1', true],
    ['http://localhost/', '93.184.216.34', false],
    ['http://localhost/', '192.168.1.1', false],
  ] as const)('a connection for %s to %s: %s', (url, address, allowed) => {
    expect(mayConnect(new URL(url), address)).toBe(allowed);
  });

  it('excludes literal addresses before any request', async () => {
    for (const url of ['https://192.168.0.1/client.json', 'https://[fd00::1]/client.json', 'https://10.0.0.1/a.json'])
      expect(await refused(url)).toContain('may not be fetched from there');
    expect(await refused('http://client.example/a.json')).toContain('must be https');
  });
});

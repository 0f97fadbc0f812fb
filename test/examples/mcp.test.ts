/** The official MCP client against both servers: from the first 401 through the whole OAuth flow to a tool's answer. */
import { createServer, type RequestListener, type Server } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { UnauthorizedError, type OAuthClientProvider } from '@modelcontextprotocol/sdk/client/auth.js';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { OAuthClientInformationMixed, OAuthTokens } from '@modelcontextprotocol/sdk/shared/auth.js';
import { startLocalInstance } from 'bailiff-local';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createExpressMcp } from '../../examples/mcp-server/express.js';
import { createHonoMcp } from '../../examples/mcp-server/hono.js';
import { listen, originOf } from '../support/listen.js';

const CALLBACK = 'http://127.0.0.1:9/callback';

let clerk: Awaited<ReturnType<typeof startLocalInstance>>;
beforeAll(async () => {
  clerk = await startLocalInstance({ seed: { users: [{ id: 'user_ada', email_address: 'ada@acornbooks.example' }] } });
});
afterAll(() => clerk.close());

/** A client's memory, and a "browser" that is signed in as Ada and consents. */
class Provider implements OAuthClientProvider {
  client: OAuthClientInformationMixed | undefined;
  granted: OAuthTokens | undefined;
  verifier = '';
  asked: URL | undefined;

  readonly redirectUrl = CALLBACK;
  readonly clientMetadata = {
    client_name: 'Test',
    redirect_uris: [CALLBACK],
    scope: 'profile',
    token_endpoint_auth_method: 'none',
  };

  clientInformation() {
    return this.client;
  }
  saveClientInformation(client: OAuthClientInformationMixed) {
    this.client = client;
  }
  tokens() {
    return this.granted;
  }
  saveTokens(tokens: OAuthTokens) {
    this.granted = tokens;
  }
  redirectToAuthorization(url: URL) {
    this.asked = url;
  }
  saveCodeVerifier(verifier: string) {
    this.verifier = verifier;
  }
  codeVerifier() {
    return this.verifier;
  }

  /** What the browser brings back to the callback. */
  async consent(): Promise<string> {
    const response = await fetch(this.asked ?? '', { redirect: 'manual', headers: { 'x-bailiff-user': 'user_ada' } });
    return new URL(response.headers.get('location') ?? '').searchParams.get('code') ?? '';
  }
}

describe.each([
  ['Express', (resource: string): RequestListener => createExpressMcp(resource)],
  ['Hono', (resource: string): RequestListener => getRequestListener(createHonoMcp(resource).fetch) as RequestListener],
] as const)('MCP server on %s', (_name, create) => {
  let server: Server;
  let url: URL;

  beforeEach(async () => {
    for (const [name, value] of Object.entries(clerk.env)) vi.stubEnv(name, value);
    let listener: RequestListener = () => undefined;
    server = createServer((req, res) => void listener(req, res));
    await listen(server);
    url = new URL(`${originOf(server)}/mcp`);
    listener = create(url.href);
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    server.closeAllConnections();
    server.close();
  });

  const post = (token: string | null) =>
    fetch(url, {
      method: 'POST',
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'whoami', arguments: {} } }),
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      },
    });

  it('leads a client from 401 through discovery, registration, consent and code to a tool', async () => {
    const provider = new Provider();
    const connect = async () => {
      const transport = new StreamableHTTPClientTransport(url, { authProvider: provider });
      const client = new Client({ name: 'test', version: '1.0.0' });
      return { client, transport, connected: client.connect(transport) };
    };
    const first = await connect();
    await expect(first.connected).rejects.toThrow(UnauthorizedError);
    expect(provider.asked?.searchParams.get('resource')).toBe(url.href);
    await first.transport.finishAuth(await provider.consent());

    const second = await connect();
    await second.connected;
    const result = await second.client.callTool({ name: 'whoami', arguments: {} });
    const [content] = result.content as { text: string }[];
    expect(JSON.parse(content?.text ?? '')).toMatchObject({ user: 'user_ada', scopes: ['profile'] });
    await second.client.close();
  });

  it('names its metadata, quoted, in each 401, and the scope in a 403', async () => {
    const metadata = `resource_metadata="${url.origin}/.well-known/oauth-protected-resource/mcp"`;
    for (const token of [null, 'garbage', await clerk.createSessionToken({ userId: 'user_ada' })]) {
      const response = await post(token);
      expect(response.status).toBe(401);
      expect(response.headers.get('www-authenticate')).toContain(metadata);
    }
    const narrow = await clerk.createOAuthToken({
      userId: 'user_ada',
      scopes: ['email'],
      format: 'jwt',
      audience: url.href,
    });
    const response = await post(narrow.token);
    expect(response.status).toBe(403);
    expect(response.headers.get('www-authenticate')).toContain('scope="profile"');
  });

  it('serves its metadata under both well-known paths', async () => {
    for (const path of ['/.well-known/oauth-protected-resource', '/.well-known/oauth-protected-resource/mcp']) {
      const body = await (await fetch(url.origin + path)).json();
      expect(body).toMatchObject({
        resource: url.href,
        authorization_servers: [clerk.frontendApiUrl],
        scopes_supported: ['profile'],
      });
    }
  });

  it('lets users in, whose session tokens name no resource, and refuses everybody else', async () => {
    const me = async (token: string) => {
      const response = await fetch(new URL('/me', url), { headers: { authorization: `Bearer ${token}` } });
      return [response.status, ((await response.json()) as { user?: string }).user];
    };
    expect(await me(await clerk.createSessionToken({ userId: 'user_ada' }))).toEqual([200, 'user_ada']);
    expect(await me(await clerk.createSessionToken({ userId: 'user_ada', claims: { aud: url.href } }))).toEqual([
      200,
      'user_ada',
    ]);
    const foreign = { userId: 'user_ada', claims: { aud: 'https://other.example' } };
    expect(await me(await clerk.createSessionToken(foreign))).toEqual([401, undefined]);
    const oauth = { userId: 'user_ada', scopes: ['profile'], format: 'jwt', audience: url.href } as const;
    expect(await me((await clerk.createOAuthToken(oauth)).token)).toEqual([401, undefined]);
  });

  it('refuses a token for another resource, opaque or JWT', async () => {
    for (const format of ['jwt', 'opaque'] as const) {
      const wrong = await clerk.createOAuthToken({
        userId: 'user_ada',
        scopes: ['profile'],
        format,
        audience: 'https://other.example/mcp',
      });
      expect((await post(wrong.token)).status, format).toBe(401);
      const right = await clerk.createOAuthToken({
        userId: 'user_ada',
        scopes: ['profile'],
        format,
        audience: url.href,
      });
      expect((await post(right.token)).status, format).toBe(200);
    }
  });
});

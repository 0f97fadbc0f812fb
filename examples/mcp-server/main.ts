/** `npm run example:mcp-server`: an MCP server on Express and one on Hono, and an offline authorization server. */
import { getRequestListener } from '@hono/node-server';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { printTries, startClerk } from '../common/example.js';
import { createExpressMcp } from './express.js';
import { createHonoMcp } from './hono.js';

const clerk = await startClerk();
const express = await serveResource((resource) => createExpressMcp(resource));
const hono = await serveResource((resource) => getRequestListener(createHonoMcp(resource).fetch));
console.log(`MCP on Express          ${express}\nMCP on Hono             ${hono}`);
console.log('Add one of the two to an MCP client: it finds the authorization server by itself.');

if (clerk !== null) {
  const json = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'whoami', arguments: {} } };
  const headers = { accept: 'application/json, text/event-stream' };
  const call = { method: 'POST', headers, json };
  const issue = (audience: string) =>
    clerk.createOAuthToken({ userId: 'user_ada', scopes: ['profile'], format: 'jwt', audience });
  const { token } = await issue(express);
  printTries([
    { what: 'Without a token: the answer says where to get one', ...call, url: express, status: 401 },
    { what: 'The metadata', url: new URL('/.well-known/oauth-protected-resource/mcp', express).href, status: 200 },
    { what: 'Call a tool', ...call, url: express, token, status: 200 },
    { what: 'The same token at another resource', ...call, url: hono, token, status: 401 },
  ]);
}

/** The address belongs to the resource's identity, so it must be known before the application is made. */
async function serveResource(create: (resource: string) => Parameters<typeof createServer>[1]): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const resource = `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`;
  server.on('request', create(resource) ?? (() => undefined));
  return resource;
}

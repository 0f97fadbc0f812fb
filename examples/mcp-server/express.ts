/** An MCP server on Express: OAuth access tokens of this resource, with the right scope, and nothing else. */
import type { IncomingMessage } from 'node:http';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { clerkMiddleware, getAuth, protectedResourceMetadata, requireAuth } from 'bailiff/express';
import express, { type Express } from 'express';
import { createTools } from './tools.js';

/** @param resource the public URL of the MCP endpoint, for example `https://api.example.com/mcp` */
export function createExpressMcp(resource: string): Express {
  const app = express();
  const { origin, pathname } = new URL(resource);
  app.use(protectedResourceMetadata({ resource, scopes: ['profile'] }));
  app.use(
    clerkMiddleware({
      // An access token that was issued for another resource is not for us (RFC 8707). Users' sessions carry no audience.
      audience: resource,
      resourceMetadata: `${origin}/.well-known/oauth-protected-resource${pathname}`,
    }),
  );
  app.post(pathname, requireAuth({ token: 'oauth_token', scope: 'profile' }), express.json(), async (req, res) => {
    const caller = getAuth(req, { acceptsToken: 'oauth_token' });
    if (!caller.isAuthenticated) throw new Error('the guard let nobody through');
    const transport = new StreamableHTTPServerTransport({ enableJsonResponse: true });
    const server = createTools(caller);
    res.on('close', () => void server.close());
    await server.connect(transport);
    // `req.auth` is Bailiff's, which the SDK would take for its own.
    const message: IncomingMessage = req;
    await transport.handleRequest(message, res, req.body);
  });
  // The same server's users sign in as ever: their session tokens name no resource.
  app.get('/me', requireAuth(), (req, res) => void res.json({ user: req.auth.userId }));
  app.all(pathname, (_req, res) => void res.status(405).set('Allow', 'POST').end());
  return app;
}

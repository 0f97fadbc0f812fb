/** The same MCP server on Hono: any runtime with Web standards. */
import { WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js';
import { clerkMiddleware, protectedResourceMetadata, requireAuth } from 'bailiff/hono';
import { Hono } from 'hono';
import { createTools } from './tools.js';

/** @param resource the public URL of the MCP endpoint, for example `https://api.example.com/mcp` */
export function createHonoMcp(resource: string): Hono {
  const app = new Hono();
  const { origin, pathname } = new URL(resource);
  app.use(protectedResourceMetadata({ resource, scopes: ['profile'] }));
  app.use(
    clerkMiddleware({
      // An access token that was issued for another resource is not for us (RFC 8707). Users' sessions carry no audience.
      audience: resource,
      resourceMetadata: `${origin}/.well-known/oauth-protected-resource${pathname}`,
    }),
  );
  app.post(pathname, requireAuth({ token: 'oauth_token', scope: 'profile' }), async (c) => {
    const transport = new WebStandardStreamableHTTPServerTransport({ enableJsonResponse: true });
    const server = createTools(c.var.auth);
    await server.connect(transport);
    return transport.handleRequest(c.req.raw);
  });
  // The same server's users sign in as ever: their session tokens name no resource.
  app.get('/me', requireAuth(), (c) => c.json({ user: c.var.auth.userId }));
  app.all(pathname, (c) => c.body(null, 405, { Allow: 'POST' }));
  return app;
}

/** The tools of this MCP server: what a caller may do once the door is open. */
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import type { OAuthAuth } from 'bailiff';

/** One server for each request: it knows its caller, and nothing outlives the answer. */
export function createTools(caller: OAuthAuth): McpServer {
  const server = new McpServer({ name: 'acorn-books', version: '1.0.0' });
  server.registerTool('whoami', { description: 'Who the client acts for, and what it may do.' }, () => ({
    content: [
      { type: 'text', text: JSON.stringify({ user: caller.userId, client: caller.clientId, scopes: caller.scopes }) },
    ],
  }));
  return server;
}

/** Page and both APIs, on ports of their own. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { getRequestListener } from '@hono/node-server';
import { createServer as createVite } from 'vite';
import { createMembersApi } from './members-api.js';
import { createShelfApi } from './shelf-api.js';

export interface FullStackOptions {
  /** Where the Frontend API is that `/__clerk` leads to; absent: pages ask Clerk themselves. */
  readonly frontendApiUrl?: string | undefined;
  /** The clock, ms. */
  readonly now?: () => number;
  /** Port of the page. */
  readonly port?: number;
  /** Where Vite keeps what it has prepared. */
  readonly cacheDir?: string;
}

export interface FullStack {
  readonly page: string;
  readonly membersApi: string;
  readonly close: () => Promise<void>;
}

/** Keys are taken from the environment: `CLERK_…` by the servers, `VITE_CLERK_…` by the page. */
export async function startFullStack(options: FullStackOptions = {}): Promise<FullStack> {
  const { frontendApiUrl, now = Date.now, port = 0, cacheDir } = options;
  // Addresses first: the page is told those of the APIs, and they accept tokens of that page alone.
  const shelf = createServer();
  const members = createServer();
  const [shelfUrl, membersApi] = await Promise.all([listen(shelf), listen(members)]);
  // With the page's own `Host`: by it the server knows its public address, and the instance the origin that tokens are for.
  const passOn = { target: shelfUrl, changeOrigin: false };
  const vite = await createVite({
    configFile: false,
    root: fileURLToPath(new URL('page', import.meta.url)),
    logLevel: 'warn',
    define: { 'import.meta.env.VITE_MEMBERS_API': JSON.stringify(membersApi) },
    server: { host: '127.0.0.1', port, proxy: { '/api': passOn, '/__clerk': passOn } },
    ...(cacheDir !== undefined && { cacheDir }),
  });
  await vite.listen();
  const page = addressOf(vite.httpServer as Server);

  const clerk = { authorizedParties: [page], now };
  const frontendApiProxy = { enabled: frontendApiUrl !== undefined, fapiUrl: frontendApiUrl };
  shelf.on('request', createShelfApi({ ...clerk, frontendApiProxy }));
  const answerMembers = getRequestListener(createMembersApi({ page, clerk }).fetch);
  members.on('request', (req, res) => void answerMembers(req, res));
  return {
    page,
    membersApi,
    async close() {
      await vite.close();
      await Promise.all([shelf, members].map(end));
    },
  };
}

const addressOf = (server: Server): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

function listen(server: Server): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', () => resolve(addressOf(server)));
  });
}

function end(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

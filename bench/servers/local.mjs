/**
 * Child process of bench/local.mjs: an offline instance with as many users as the first argument says, or (`bare`) a plain node:http server that
 * answers the bytes it is sent. Tells its address over IPC.
 */
import { createServer } from 'node:http';

const [kind] = process.argv.slice(2);

if (kind === 'bare') {
  process.once('message', (body) => {
    const bytes = Buffer.from(String(body));
    const headers = { 'Content-Type': 'application/json', 'Content-Length': bytes.length };
    const server = createServer((_request, response) => response.writeHead(200, headers).end(bytes));
    server.listen(0, '127.0.0.1', () => {
      const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
      process.send?.({ url: `http://127.0.0.1:${port}/` });
    });
  });
} else {
  const { startLocalInstance } = await import('bailiff-local');
  const users = Array.from({ length: Number(kind) }, (_, index) => ({
    first_name: 'User',
    last_name: String(index),
    email_address: `user${index}@example.test`,
    public_metadata: { index },
  }));
  const clerk = await startLocalInstance({ seed: { seed: 'bench', users } });
  process.send?.({ url: `${clerk.apiUrl}/v1/users`, secretKey: clerk.secretKey });
}

/** What every example's `main.ts` shares: keys to run with, a port, and requests to try. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startLocalInstance, type LocalInstance, type LocalInstanceOptions } from 'bailiff-local';

/**
 * Keys for an example. Those of the environment if CLERK_SECRET_KEY is set (then null: users and tokens are yours to
 * make), else those of a new offline instance, put where Bailiff looks for them.
 */
export async function startClerk(options: LocalInstanceOptions = {}): Promise<LocalInstance | null> {
  if (process.env['CLERK_SECRET_KEY']) return null;
  const clerk = await startLocalInstance(options);
  Object.assign(process.env, clerk.env);
  console.log(`Offline Clerk instance  ${clerk.apiUrl}`);
  return clerk;
}

/** Serves on loopback, on the port of the variable PORT or any that is free. Gives the address. */
export function serve(
  app: (req: IncomingMessage, res: ServerResponse) => unknown,
  port = Number(process.env['PORT'] ?? 0),
): Promise<string> {
  const server = createServer((req, res) => void app(req, res));
  return new Promise((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', () => {
      resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    });
  });
}

export interface Try {
  readonly what: string;
  readonly url: string;
  readonly method?: string;
  readonly token?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly json?: unknown;
  /** What comes back. */
  readonly status: number;
}

/** Prints each request as a line for the shell. The tests send what is printed, and compare the statuses. */
export function printTries(tries: readonly Try[]): void {
  for (const { what, url, method = 'GET', token, headers, json, status } of tries) {
    const all = {
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(json !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    };
    const options = Object.entries(all).map(([name, value]) => ` -H '${name}: ${value}'`);
    if (json !== undefined) options.push(` -d '${JSON.stringify(json)}'`);
    console.log(`\n# ${what}: ${status}\ncurl -i -X ${method} '${url}'${options.join('')}`);
  }
  console.log('\nCtrl+C ends it.');
}

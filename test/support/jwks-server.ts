/**
 * A plain HTTP server that answers `GET /v1/jwks` and the three verify endpoints as Clerk's Backend API does, and knows
 * nothing of Bailiff. What it answers is set by the test; every request is counted and kept.
 *
 * Why not the offline instance: that one answers as Clerk does, and here a test needs what Clerk never sends (keys that are
 * none, half an answer, a wrong status), and a second opinion that no mistake of ours could have found its way into.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Answer {
  readonly status?: number;
  /** JSON unless it is a string. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Never answers; the connection stays open until `close()`. */
  readonly hang?: boolean;
  /** Closes the connection without an answer. */
  readonly drop?: boolean;
}
export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: unknown;
}
export type Responder = Answer | ((request: SeenRequest) => Answer | Promise<Answer>);

export const PATHS = {
  jwks: '/v1/jwks',
  apiKey: '/api_keys/verify',
  m2m: '/m2m_tokens/verify',
  oauth: '/oauth_applications/access_tokens/verify',
} as const;

export interface JwksServer {
  /** Without a trailing slash: what `apiUrl` wants. */
  readonly url: string;
  readonly requests: readonly SeenRequest[];
  /** Requests to this path so far, or all of them. */
  count(path?: string): number;
  /** From now on this path answers so. */
  answer(path: string, responder: Responder): void;
  forget(): void;
  close(): Promise<void>;
}

const NOT_FOUND: Answer = { status: 404, body: { errors: [{ code: 'resource_not_found', message: 'not found' }] } };

export async function startJwksServer(initial: Readonly<Record<string, Responder>> = {}): Promise<JwksServer> {
  const responders = new Map<string, Responder>(Object.entries(initial));
  const requests: SeenRequest[] = [];
  const server = createServer((request, response) => {
    void serve(request, response);
  });

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const path = (request.url ?? '/').split('?')[0] ?? '/';
    const seen = { method: request.method ?? '', path, headers: request.headers, body: parse(Buffer.concat(chunks)) };
    requests.push(seen);
    const responder = responders.get(path) ?? NOT_FOUND;
    const answer = typeof responder === 'function' ? await responder(seen) : responder;
    if (answer.hang) return;
    if (answer.drop) return void response.destroy();
    response.writeHead(answer.status ?? 200, { 'content-type': 'application/json', ...answer.headers });
    response.end(typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body ?? {}));
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    count: (path) => (path === undefined ? requests.length : requests.filter((seen) => seen.path === path).length),
    answer: (path, responder) => void responders.set(path, responder),
    forget: () => void requests.splice(0),
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString()) as unknown;
  } catch {
    return body.toString();
  }
}

/** The answer to an upgrade that is refused. */
import type { Denial } from '../../types.js';
import { errorBody } from '../guards/challenge.js';

export interface UpgradeRefused {
  readonly allowed: false;
  /** What to answer instead of 101: 400, 401, 403, 503, or 500 where this server failed (a `check` that threw, for example). */
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON. */
  readonly body: string;
  /** For your log, with status 500: what went wrong. Not enumerable, so that nothing sends it along. */
  readonly cause?: Error;
}

export function refuse(status: number, code: string, message: string): UpgradeRefused {
  const body = JSON.stringify(errorBody(code, message));
  return { allowed: false, status, headers: { 'Content-Type': 'application/json' }, body };
}

export function fromDenial({ status, headers, body, cause }: Denial): UpgradeRefused {
  const refused: UpgradeRefused = {
    allowed: false,
    status,
    headers: { ...headers, 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  };
  return cause === undefined ? refused : Object.defineProperty(refused, 'cause', { value: cause });
}

/**
 * Writes the refusal to the socket of Node's `upgrade` event as an HTTP/1.1 response, and ends the socket.
 *
 * @param socket the second argument of the `upgrade` event
 * @param refused from `authenticateUpgrade`
 *
 * @example
 * ```ts
 * import { createServer } from 'node:http';
 * import { authenticateUpgrade, createAuthenticator, refuseUpgrade } from 'bailiff';
 *
 * const authenticator = createAuthenticator();
 * createServer().on('upgrade', async (request, socket) => {
 *   const decision = await authenticateUpgrade(authenticator, request, { allowedOrigins: ['https://app.example'] });
 *   if (!decision.allowed) refuseUpgrade(socket, decision);
 * });
 * ```
 */
export function refuseUpgrade(socket: { end(text: string): unknown }, refused: UpgradeRefused): void {
  const headers = {
    ...refused.headers,
    'Content-Length': String(new TextEncoder().encode(refused.body).length),
    Connection: 'close',
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  socket.end(
    `HTTP/1.1 ${refused.status} ${STATUS_TEXT[refused.status] ?? ''}\r\n${lines.join('\r\n')}\r\n\r\n${refused.body}`,
  );
}

const STATUS_TEXT: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
};

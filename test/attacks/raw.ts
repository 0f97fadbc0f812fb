/** Sends a request byte for byte: no client library between the attack and the server. */
import { connect } from 'node:net';
import { HOST, type Sent } from './fixtures.js';

export interface Received {
  readonly status: number;
  /** Lower-case names; several values joined by a line break. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
  readonly text: string;
}

export function sendRaw(port: number, sent: Sent): Promise<Received> {
  const headers = sent.headers ?? [];
  const host = headers.some(([name]) => name === 'host') ? [] : [['host', HOST] as const];
  const lines = [
    `${sent.method ?? 'GET'} ${sent.target ?? '/'} HTTP/1.1`,
    ...[...host, ...headers, ['connection', 'close'] as const].map(([name, value]) => `${name}: ${value}`),
  ];
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = connect(port, '127.0.0.1', () =>
      socket.write(Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1')),
    );
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('error', reject);
    socket.on('close', () => resolve(parse(Buffer.concat(chunks).toString('latin1'))));
  });
}

function parse(text: string): Received {
  const [head = '', ...rest] = text.split('\r\n\r\n');
  const [statusLine = '', ...lines] = head.split('\r\n');
  const headers = new Map<string, string>();
  for (const line of lines) {
    const name = line.slice(0, line.indexOf(':')).toLowerCase();
    const value = line.slice(line.indexOf(':') + 1).trim();
    headers.set(name, headers.has(name) ? `${headers.get(name)}\n${value}` : value);
  }
  return { status: Number(statusLine.split(' ')[1]), headers, body: rest.join('\r\n\r\n'), text };
}

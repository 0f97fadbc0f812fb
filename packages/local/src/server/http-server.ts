import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { failureAnswer, type Broken, type Outcome } from './handle-request.js';
import type { LocalRequest, LocalResponse } from '../http/messages.js';
import { isPromise } from '../../../../src/ground/realm.js';

export interface HttpServer {
  readonly port: number;
  /** Ends open connections too. */
  close(): Promise<void>;
}

export interface HttpServerOptions {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  /** Whether a request may name this host (without the port): the header gives DNS rebinding away. */
  readonly acceptsHost: (host: string) => boolean;
  readonly handle: (request: LocalRequest) => Outcome | Promise<Outcome>;
  /** Called when a client begins with TLS. */
  readonly sawTls: () => void;
}

const EMPTY = new Uint8Array(0);
const MAX_BODY_BYTES = 16 * 1024 * 1024;

/** @throws Error (EADDRINUSE, ...) if it cannot listen */
export async function startHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const { host, handle, acceptsHost } = options;
  let origin = '';
  const server = createServer((incoming, outgoing) => {
    if (!acceptsHost((incoming.headers.host ?? '').replace(/:\d+$/, ''))) {
      outgoing
        .writeHead(421, { 'Content-Type': 'text/plain' })
        .end(
          'This local instance answers to loopback names alone; with force also to addresses, names of a local network and its own host.\n',
        );
      return;
    }
    const answer = (body: Uint8Array): void => {
      try {
        const outcome = handle(toLocalRequest(incoming, body, origin));
        if (!isPromise(outcome)) send(outgoing, outcome);
        // What cannot be written is caught as well: a rejection that nobody hears would end the instance.
        else
          outcome
            .then((settled) => {
              send(outgoing, settled);
            })
            .catch((error: unknown) => {
              fail(outgoing, error);
            });
      } catch (error) {
        fail(outgoing, error);
      }
    };
    readBody(incoming, outgoing, answer);
  });
  server.on('clientError', (error: ClientError, socket) => {
    // A client that speaks TLS cannot read a plain answer.
    if (beginsWithTls(error)) {
      options.sawTls();
      socket.destroy();
    } else refuseMalformed(error, socket);
  });
  // Longer than clients keep idle connections: with Node's 5 s, a slow test now and then meets a connection that is just being closed.
  server.keepAliveTimeout = 65_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const { port } = server.address() as AddressInfo;
  origin = `http://${host.includes(':') ? `[${host}]` : host}:${String(port)}`;

  return {
    port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

interface ClientError extends NodeJS.ErrnoException {
  /** What could not be parsed. */
  readonly rawPacket?: Uint8Array;
}

/** A handshake record of any version of TLS (RFC 8446, section 5.1). */
const beginsWithTls = ({ code, rawPacket }: ClientError): boolean =>
  code === 'HPE_INVALID_METHOD' && rawPacket?.[0] === 0x16 && rawPacket[1] === 0x03;

/** What Node.js answers itself where nobody listens. */
const MALFORMED: Readonly<Record<string, string>> = {
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
  HPE_CHUNK_EXTENSIONS_OVERFLOW: '413 Payload Too Large',
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
};

function refuseMalformed({ code = '' }: ClientError, socket: Duplex): void {
  const status = Object.hasOwn(MALFORMED, code) ? MALFORMED[code] : '400 Bad Request';
  if (socket.writable) socket.write(`HTTP/1.1 ${String(status)}\r\nConnection: close\r\n\r\n`);
  socket.destroy();
}

function readBody(incoming: IncomingMessage, outgoing: ServerResponse, done: (body: Uint8Array) => void): void {
  const { headers } = incoming;
  if (headers['content-length'] === undefined && headers['transfer-encoding'] === undefined) {
    done(EMPTY);
    return;
  }
  const chunks: Buffer[] = [];
  let size = 0;
  incoming.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size <= MAX_BODY_BYTES) chunks.push(chunk);
    else if (!outgoing.headersSent) outgoing.writeHead(413, { Connection: 'close' }).end();
  });
  incoming.on('end', () => {
    if (size <= MAX_BODY_BYTES) done(Buffer.concat(chunks));
  });
}

function toLocalRequest(incoming: IncomingMessage, body: Uint8Array, origin: string): LocalRequest {
  const target = incoming.url ?? '/';
  const mark = target.indexOf('?');
  return {
    method: incoming.method ?? 'GET',
    path: mark < 0 ? target : target.slice(0, mark),
    query: new URLSearchParams(mark < 0 ? '' : target.slice(mark + 1)),
    headers: incoming.headers as Readonly<Record<string, string | undefined>>,
    body,
    origin: incoming.headers.host === undefined ? origin : `http://${incoming.headers.host}`,
    peer: incoming.socket.remoteAddress,
  };
}

function send(outgoing: ServerResponse, outcome: Outcome): void {
  if ('by' in outcome) {
    breakOff(outgoing, outcome);
    return;
  }
  outgoing.writeHead(outcome.status, flatten(outcome)).end(outcome.body);
}

/** The answer to a fault of our own; of an answer that has begun, the end. */
function fail(outgoing: ServerResponse, error: unknown): void {
  if (outgoing.headersSent) outgoing.destroy();
  else send(outgoing, failureAnswer(error));
}

function breakOff(outgoing: ServerResponse, { by, beginning }: Broken): void {
  if (beginning === null) {
    if (by === 'reset') outgoing.socket?.resetAndDestroy();
    return;
  }
  const { response, body } = beginning;
  outgoing.writeHead(response.status, flatten(response)).flushHeaders();
  outgoing.write(body, () => {
    // Not by a reset of the connection: that would throw away what the client has not read yet.
    if (by === 'reset') outgoing.destroy();
  });
}

/** The form that writeHead takes fastest, and that keeps repeated names (Set-Cookie) apart. */
function flatten({ status, headers, body }: LocalResponse): string[] {
  const flat: string[] = [];
  for (const [name, value] of headers) flat.push(name, value);
  if (status !== 204 && status !== 304) flat.push('Content-Length', String(Buffer.byteLength(body)));
  return flat;
}

/**
 * A real HTTP server that writes down what arrives and answers as told. Not the offline instance: what is looked at here is the request as it came over
 * the wire, byte for byte, wrong ones too, which an instance would refuse. `local.test.ts` has the client talk to one.
 */
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { listen, originOf } from '../../support/listen.js';

export interface RecordedRequest {
  readonly method: string;
  /** As it came over the wire. */
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Text as it is; anything else as JSON. */
  readonly body?: unknown;
}

export interface RecordingServer {
  readonly url: string;
  readonly requests: RecordedRequest[];
  /** Answers to come, in order; the last one stays. Null: no answer, ever. A function may answer by hand. */
  answer(...answers: (Answer | null | ((response: ServerResponse) => void))[]): void;
  close(): Promise<void>;
}

/** One for all tests of a file: what arrived, and what is answered, begins anew with each. */
export function useRecordingServer(): Omit<RecordingServer, 'close'> {
  let server: RecordingServer;
  beforeAll(async () => {
    server = await startRecordingServer();
  });
  afterAll(() => server.close());
  beforeEach(() => {
    server.requests.length = 0;
    server.answer({});
  });
  return {
    get url() {
      return server.url;
    },
    get requests() {
      return server.requests;
    },
    answer: (...answers) => server.answer(...answers),
  };
}

export async function startRecordingServer(): Promise<RecordingServer> {
  const requests: RecordedRequest[] = [];
  let answers: (Answer | null | ((response: ServerResponse) => void))[] = [{}];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      requests.push({
        method: request.method!,
        target: request.url!,
        headers: request.headers,
        body: Buffer.concat(chunks),
      });
      const answer = answers.length > 1 ? answers.shift() : answers[0];
      if (typeof answer === 'function') return answer(response);
      if (!answer) return;
      const { status = 200, headers = {}, body = {} } = answer;
      response.writeHead(status, { 'content-type': 'application/json', ...headers });
      response.end(typeof body === 'string' ? body : JSON.stringify(body));
    });
  });
  // A connection that this end closes while a request is on its way would count as an attempt that never arrived.
  server.keepAliveTimeout = 0;
  await listen(server);
  return {
    url: originOf(server),
    requests,
    answer: (...next) => {
      answers = next;
    },
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

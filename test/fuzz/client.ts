/** A raw HTTP client that keeps its connection, so that 100,000 hostile requests do not use up the machine's ports. */
import { connect, type Socket } from 'node:net';

export class RawClient {
  #socket: Socket | null = null;
  #buffer = Buffer.alloc(0);
  #wake: (() => void) | null = null;

  constructor(private readonly port: number) {}

  /** Sends the bytes of one request and gives the status of its answer; 0 when the server closed without one. */
  async send(bytes: Buffer, method: string): Promise<number> {
    const socket = await this.#open();
    this.#buffer = Buffer.alloc(0);
    socket.write(bytes);
    for (;;) {
      const status = this.#complete(method);
      if (status !== null) return status;
      if (socket.destroyed) return this.#status();
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  close(): void {
    this.#socket?.destroy();
  }

  /** The connection is given up after a request that may have confused the parser. */
  drop(): void {
    this.#socket?.destroy();
    this.#socket = null;
  }

  async #open(): Promise<Socket> {
    if (this.#socket !== null && !this.#socket.destroyed) return this.#socket;
    const socket = connect(this.port, '127.0.0.1');
    this.#socket = socket;
    const wake = () => {
      this.#wake?.();
      this.#wake = null;
    };
    socket.on('data', (chunk) => {
      this.#buffer = Buffer.concat([this.#buffer, chunk]);
      wake();
    });
    socket.on('error', () => socket.destroy());
    socket.on('close', wake);
    await new Promise<void>((resolve) => {
      socket.once('connect', resolve);
      socket.once('close', resolve);
    });
    return socket;
  }

  #status(): number {
    return Number(this.#buffer.toString('latin1', 9, 12)) || 0;
  }

  #complete(method: string): number | null {
    const end = this.#buffer.indexOf('\r\n\r\n');
    if (end < 0) return null;
    const head = this.#buffer.toString('latin1', 0, end).toLowerCase();
    const status = this.#status();
    if (method === 'HEAD' || status === 204 || status === 304) return status;
    const length = /\r\ncontent-length: (\d+)/.exec(head)?.[1];
    if (length !== undefined) return this.#buffer.length >= end + 4 + Number(length) ? status : null;
    if (head.includes('\r\ntransfer-encoding: chunked'))
      return this.#buffer.includes('\r\n0\r\n\r\n', end) ? status : null;
    return status >= 300 ? status : null;
  }
}

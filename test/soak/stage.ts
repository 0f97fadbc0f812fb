/** What the soak plays on: an offline instance that can go away and come back at the same address, and two servers. */
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startLocalInstance, type LocalInstance } from 'bailiff/local';
import { startExpress, startHono } from '../attacks/servers.js';
import { createClock } from '../support/tokens.js';

export interface Stage {
  /** One time for the instance and both servers, which moves only when it is told to. */
  readonly clock: ReturnType<typeof createClock>;
  /** Of the instance: the same after each restart. While it is away, what it was. */
  readonly clerk: LocalInstance;
  readonly ports: readonly [express: number, hono: number];
  readonly isUp: boolean;
  /** The port closes, connections are refused. */
  stop(): Promise<void>;
  /** Comes back with what it knew. */
  start(): Promise<void>;
  close(): Promise<void>;
}

export async function createStage(seed: number): Promise<Stage> {
  const clock = createClock();
  const setting = { now: clock, instanceType: 'production', seed } as const;
  let clerk = await startLocalInstance(setting);
  let snapshot: ReturnType<LocalInstance['export']> | null = null;
  const port = Number(new URL(clerk.apiUrl).port);
  const { secretKey, publishableKey, apiUrl } = clerk;
  const options = { secretKey, publishableKey, apiUrl, now: clock };
  const servers: readonly Server[] = [await startExpress(options), await startHono(options)];
  const portOf = (index: number) => (servers[index]?.address() as AddressInfo).port;
  return {
    clock,
    get clerk() {
      return clerk;
    },
    ports: [portOf(0), portOf(1)],
    get isUp() {
      return snapshot === null;
    },
    async stop() {
      snapshot = JSON.parse(JSON.stringify(clerk.export())) as typeof snapshot;
      await clerk.close();
    },
    async start() {
      if (snapshot === null) return;
      clerk = await startLocalInstance({ ...setting, port, snapshot });
      snapshot = null;
    },
    async close() {
      for (const server of servers) server.closeAllConnections();
      await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
      if (snapshot === null) await clerk.close();
    },
  };
}

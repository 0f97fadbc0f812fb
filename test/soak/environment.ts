/** What the soak plays on: an offline instance that can go away and come back at the same address, and two servers. */
import { startLocalInstance, type LocalInstance } from 'bailiff-local';
import { createClock } from '../support/tokens.js';
import type { Leak } from './server.js';
import { startServers, type Servers } from './servers.js';

export interface SoakEnvironment {
  /** One time for the instance and both servers, which moves only when it is told to. */
  readonly clock: () => number;
  advance(ms: number): Promise<void>;
  /** Of the instance: the same after each restart. While it is away, what it was. */
  readonly clerk: LocalInstance;
  readonly servers: Servers;
  readonly isUp: boolean;
  /** The port closes, connections are refused. */
  stop(): Promise<void>;
  /** Comes back with what it knew. */
  start(): Promise<void>;
  close(): Promise<void>;
}

/** Full early on, so that what grows afterwards is something else. */
const SMALL_CACHES = { sessionTokens: { max: 100 }, machineTokens: { max: 100 } };

export async function createEnvironment(seed: number, leak: Leak | null): Promise<SoakEnvironment> {
  const clock = createClock();
  const setting = { now: clock, instanceType: 'production', seed } as const;
  let clerk = await startLocalInstance(setting);
  let snapshot: ReturnType<LocalInstance['export']> | null = null;
  const port = Number(new URL(clerk.apiUrl).port);
  const { secretKey, publishableKey, apiUrl } = clerk;
  const options = { secretKey, publishableKey, apiUrl, cache: SMALL_CACHES };
  const servers = await startServers({ options, now: clock(), leak });
  return {
    clock,
    async advance(ms) {
      await servers.advance(ms);
      clock.advance(ms);
    },
    get clerk() {
      return clerk;
    },
    servers,
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
      await servers.close();
      if (snapshot === null) await clerk.close();
    },
  };
}

import { randomBytes } from 'node:crypto';
import type { ClockStart } from './clock.js';
import { createWorld, type LocalWorld } from './create-world.js';
import { createDispatcher, reachedOperation } from './dispatch.js';
import { createFaults } from './faults.js';
import { startHttpServer, type HttpServer } from './http-server.js';
import { createInProcessFetch } from './in-process-fetch.js';
import { createJournal } from './journal.js';
import { createInstance, type LocalInstance } from './local-instance.js';
import { createRandom } from './random.js';
import { assertSafe, isLoopbackHost } from './safety.js';
import type { World } from './world.js';

export interface LocalInstanceOptions {
  /** Default 0: any free one. */
  readonly port?: number;
  /** Determines ids, keys and secrets. Default: none, everything is random. */
  readonly seed?: number | string;
  /** Default `development`. */
  readonly instanceType?: World['instanceType'];
  /** A time source in ms, or a time at which the clock stands still. Default: the system's clock. */
  readonly now?: ClockStart;
  /** Default `127.0.0.1`. Anything but loopback needs `force`. */
  readonly host?: string;
  /** False: no port is opened, and only `fetch` of the instance reaches it. Default true. */
  readonly listen?: boolean;
  /** Instead of a new one; one that looks live needs `force`. */
  readonly secretKey?: string;
  /** Start although it looks unsafe (see `UnsafeInstanceError`). */
  readonly force?: boolean;
}

/** Port 1 is on the list of ports that `fetch` refuses: whatever tries to reach an instance without a port fails at once. */
const NO_PORT = 1;

/**
 * Starts an offline Clerk instance with keys of its own on loopback.
 *
 * @throws UnsafeInstanceError when it would not be safe; Error (`EADDRINUSE`, ...) if the port cannot be had
 */
export async function startLocalInstance(options: LocalInstanceOptions = {}): Promise<LocalInstance> {
  const { host = '127.0.0.1', force = false, secretKey } = options;
  assertSafe({ host, secretKey, force, nodeEnv: process.env['NODE_ENV'] });
  const seed = options.seed === undefined ? randomBytes(32).toString('hex') : String(options.seed);
  const world = createWorld({
    seed,
    instanceType: options.instanceType ?? 'development',
    now: options.now,
    secretKey,
  });
  return launch(world, { host, force, seed, port: options.port ?? 0, listen: options.listen ?? true });
}

interface LaunchOptions {
  readonly host: string;
  readonly port: number;
  readonly listen: boolean;
  readonly force: boolean;
  readonly seed: string;
}

async function launch(world: LocalWorld, options: LaunchOptions): Promise<LocalInstance> {
  const { host, force } = options;
  const journal = createJournal(reachedOperation);
  const faults = createFaults(createRandom(`${options.seed}/faults`));
  const handle = createDispatcher({ world, journal, faults, settle: () => undefined });
  const acceptsHost = (name: string): boolean => force || isLoopbackHost(name);
  const server: HttpServer | null = options.listen
    ? await startHttpServer({ host, port: options.port, acceptsHost, handle })
    : null;
  world.locate(`http://${host.includes(':') ? `[${host}]` : host}:${String(server?.port ?? NO_PORT)}`);
  return createInstance({
    world,
    journal,
    faults,
    fetch: createInProcessFetch(world, handle),
    close: () => server?.close() ?? Promise.resolve(),
  });
}

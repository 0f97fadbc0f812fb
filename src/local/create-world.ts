import { createClock, type ClockStart, type ClockState, type InstanceClock } from './clock.js';
import { createId } from './ids.js';
import { createKeyRing, type KeyRing, type StoredKey } from './keys.js';
import { createRandom, type RandomState } from './random.js';
import { createTables, type Tables, type TablesDump, type TablesMark } from './tables.js';
import type { World } from './world.js';

export interface WorldOptions {
  /** Determines ids, secrets and keys. */
  readonly seed: string;
  readonly instanceType: World['instanceType'];
  readonly now?: ClockStart | undefined;
  readonly secretKey?: string | undefined;
  readonly webhookSigningSecret?: string | undefined;
  readonly onEvent?: ((type: string, data: Readonly<Record<string, unknown>>) => void) | undefined;
  readonly onWrite?: (() => void) | undefined;
}

/** All that an instance is, as JSON: with it another process is the same instance. Holds private keys. */
export interface Snapshot {
  readonly format: 'bailiff-local';
  readonly version: 1;
  readonly instanceId: string;
  readonly instanceType: World['instanceType'];
  readonly secretKey: string;
  readonly webhookSigningSecret: string;
  readonly keys: readonly StoredKey[];
  readonly clock: ClockState;
  readonly random: { readonly ids: RandomState; readonly secrets: RandomState };
  readonly tables: TablesDump;
}

/** A state to come back to within the process. */
export interface WorldMark {
  readonly tables: TablesMark;
  readonly keys: readonly StoredKey[];
  readonly clock: ClockState;
  readonly ids: RandomState;
}

export interface LocalWorld extends World {
  readonly keys: KeyRing;
  readonly clock: InstanceClock;
  readonly tables: Tables;
  /** Tells the address once it is known. */
  locate(origin: string): void;
  mark(): WorldMark;
  rewind(mark: WorldMark): void;
  dump(): Snapshot;
  /** Becomes what the snapshot says; the address stays. */
  restore(snapshot: Snapshot): void;
}

/** Nothing is shared between two worlds. */
export function createWorld(options: WorldOptions): LocalWorld {
  const clock = createClock(options.now);
  const tables = createTables(options.onWrite);
  const ids = createRandom(`${options.seed}/ids`);
  const secrets = createRandom(`${options.seed}/secrets`);
  const newId = (prefix: string): string => createId(ids, prefix);
  const kind = options.instanceType === 'production' ? 'live' : 'test';

  let instanceId = newId('ins');
  let instanceType = options.instanceType;
  let secretKey = options.secretKey ?? `sk_${kind}_${secrets.base62(40)}`;
  let webhookSigningSecret = options.webhookSigningSecret ?? `whsec_${secrets.bytes(24).toString('base64')}`;
  let origin = '';
  let publishableKey = '';
  const keys = createKeyRing({
    random: createRandom(`${options.seed}/keys`),
    newKeyId: () => newId('ins'),
    now: clock.now,
  });

  const locate = (address: string): void => {
    origin = address;
    publishableKey = `pk_${instanceType === 'production' ? 'live' : 'test'}_${encodeHost(new URL(address).host)}`;
  };

  return {
    get instanceId() {
      return instanceId;
    },
    get instanceType() {
      return instanceType;
    },
    get secretKey() {
      return secretKey;
    },
    get webhookSigningSecret() {
      return webhookSigningSecret;
    },
    get publishableKey() {
      return publishableKey;
    },
    get apiUrl() {
      return origin;
    },
    get frontendApiUrl() {
      return origin;
    },
    now: clock.now,
    id: newId,
    secret: (length) => secrets.base62(length),
    table: tables.table,
    keys,
    emit: (type, data) => options.onEvent?.(type, data),
    clock,
    tables,
    locate,
    // Secrets are left out on purpose: a token string must never come twice with another meaning, or whoever cached it would be misled.
    mark: () => ({ tables: tables.mark(), keys: keys.dump(), clock: clock.state(), ids: ids.state() }),
    rewind(mark) {
      tables.rewind(mark.tables);
      keys.restore(mark.keys);
      clock.restore(mark.clock);
      ids.restore(mark.ids);
    },
    dump: () => ({
      format: 'bailiff-local',
      version: 1,
      instanceId,
      instanceType,
      secretKey,
      webhookSigningSecret,
      keys: keys.dump(),
      clock: clock.state(),
      random: { ids: ids.state(), secrets: secrets.state() },
      tables: tables.dump(),
    }),
    restore(snapshot) {
      ({ instanceId, instanceType, secretKey, webhookSigningSecret } = snapshot);
      keys.restore(snapshot.keys);
      clock.restore(snapshot.clock);
      ids.restore(snapshot.random.ids);
      secrets.restore(snapshot.random.secrets);
      tables.restore(snapshot.tables);
      if (origin !== '') locate(origin);
    },
  };
}

/** Clerk's form: base64 of the Frontend API's host and `$`, without padding. */
function encodeHost(host: string): string {
  return Buffer.from(`${host}$`).toString('base64').replace(/=+$/, '');
}

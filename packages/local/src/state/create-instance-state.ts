import { createClock, type ClockStart, type ClockState, type InstanceClock } from './clock.js';
import { createId } from './ids.js';
import { createKeyRing, type KeyRing, type StoredKey } from './signing-keys.js';
import { createRandom, type RandomState } from './random.js';
import { createTables, type Tables, type TablesDump, type TablesCheckpoint } from './tables.js';
import type { InstanceState } from './instance-state.js';

export interface InstanceStateOptions {
  /** Determines ids, secrets and keys. */
  readonly seed: string;
  readonly instanceType: InstanceState['instanceType'];
  readonly now?: ClockStart | undefined;
  readonly secretKey?: string | undefined;
  readonly webhookSigningSecret?: string | undefined;
  readonly onEvent?: ((type: string, data: Readonly<Record<string, unknown>>) => void) | undefined;
  readonly onWrite?: (() => void) | undefined;
}

/** The whole state of an instance as JSON, from which another process can start. Holds private keys. */
export interface Snapshot extends Identity {
  readonly format: 'bailiff-local';
  readonly version: 1;
  readonly keys: readonly StoredKey[];
  readonly clock: ClockState;
  readonly random: { readonly ids: RandomState; readonly secrets: RandomState; readonly keys: RandomState };
  readonly tables: TablesDump;
}

/** A state to come back to within the process, or to start a fork from; cheap. */
export interface Checkpoint {
  readonly identity: Identity;
  readonly tables: TablesCheckpoint;
  readonly keys: readonly StoredKey[];
  readonly clock: ClockState;
  readonly random: Snapshot['random'];
}

interface Identity {
  readonly instanceId: string;
  readonly instanceType: InstanceState['instanceType'];
  readonly secretKey: string;
  readonly webhookSigningSecret: string;
}

export interface ManagedState extends InstanceState {
  readonly keys: KeyRing;
  readonly clock: InstanceClock;
  readonly tables: Tables;
  /** Sets the URL of the instance, from which the publishable key follows. */
  setOrigin(origin: string): void;
  checkpoint(): Checkpoint;
  /** Back to a checkpoint of this state, but for the stream of secrets. */
  restore(checkpoint: Checkpoint): void;
  /** Becomes a fork: all that the checkpoint holds, also the stream of secrets; the address stays. */
  restoreFrom(checkpoint: Checkpoint): void;
  readonly dump: () => Snapshot;
  /** Becomes what the snapshot says; the address stays. */
  load(snapshot: Snapshot): void;
}

/** Nothing is shared between two states. */
export function createInstanceState(options: InstanceStateOptions): ManagedState {
  const clock = createClock(options.now);
  const tables = createTables(options.onWrite);
  const ids = createRandom(`${options.seed}/ids`);
  const secrets = createRandom(`${options.seed}/secrets`);
  const keyMaterial = createRandom(`${options.seed}/keys`);
  const newId = (prefix: string): string => createId(ids, prefix);
  const kind = options.instanceType === 'production' ? 'live' : 'test';

  let identity: Identity = {
    instanceId: newId('ins'),
    instanceType: options.instanceType,
    secretKey: options.secretKey ?? `sk_${kind}_${secrets.base62(40)}`,
    webhookSigningSecret: options.webhookSigningSecret ?? `whsec_${secrets.bytes(24).toString('base64')}`,
  };
  let origin = '';
  let publishableKey = '';
  const keys = createKeyRing({
    random: keyMaterial,
    newKeyId: () => newId('ins'),
    now: clock.now,
  });

  const setOrigin = (address: string): void => {
    origin = address;
    publishableKey = `pk_${identity.instanceType === 'production' ? 'live' : 'test'}_${encodeHost(new URL(address).host)}`;
  };

  const setIdentity = ({ instanceId, instanceType, secretKey, webhookSigningSecret }: Identity): void => {
    identity = { instanceId, instanceType, secretKey, webhookSigningSecret };
    if (origin !== '') setOrigin(origin);
  };
  const randomState = (): Snapshot['random'] => ({
    ids: ids.state(),
    secrets: secrets.state(),
    keys: keyMaterial.state(),
  });
  // The stream of secrets is not restored: a token that was issued before must never be issued again for something else, because servers cache tokens.
  const restore = (checkpoint: Checkpoint): void => {
    tables.restore(checkpoint.tables);
    keys.restore(checkpoint.keys);
    clock.restore(checkpoint.clock);
    ids.restore(checkpoint.random.ids);
    keyMaterial.restore(checkpoint.random.keys);
  };

  return {
    get instanceId() {
      return identity.instanceId;
    },
    get instanceType() {
      return identity.instanceType;
    },
    get secretKey() {
      return identity.secretKey;
    },
    get webhookSigningSecret() {
      return identity.webhookSigningSecret;
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
    setOrigin,
    checkpoint: () => ({
      identity,
      tables: tables.checkpoint(),
      keys: keys.dump(),
      clock: clock.state(),
      random: randomState(),
    }),
    restore,
    restoreFrom(checkpoint) {
      restore(checkpoint);
      secrets.restore(checkpoint.random.secrets);
      setIdentity(checkpoint.identity);
    },
    dump: () => ({
      format: 'bailiff-local',
      version: 1,
      ...identity,
      keys: keys.dump(),
      clock: clock.state(),
      random: randomState(),
      tables: tables.dump(),
    }),
    load(snapshot) {
      keys.restore(snapshot.keys);
      clock.restore(snapshot.clock);
      ids.restore(snapshot.random.ids);
      secrets.restore(snapshot.random.secrets);
      keyMaterial.restore(snapshot.random.keys);
      tables.load(snapshot.tables);
      setIdentity(snapshot);
    },
  };
}

/** Clerk's form: base64 of the Frontend API's host and `$`, without padding. */
function encodeHost(host: string): string {
  return Buffer.from(`${host}$`).toString('base64').replace(/=+$/, '');
}

import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { readSnapshot } from './snapshot.js';
import type { Snapshot } from './create-world.js';

export interface Persistence {
  /** There is something new; written at the latest when this turn of the event loop ends. */
  touch(): void;
  /** Writes what is new, now. */
  flush(): void;
}

/**
 * Keeps a file that always holds a whole state: a new file is written, synchronised and then put in place of the old one, before the client that
 * caused the change gets its answer. What a client was told survives a crash; a crash while writing leaves the state before.
 */
export function createPersistence(path: string, dump: () => Snapshot): Persistence {
  let dirty = false;
  const flush = (): void => {
    if (!dirty) return;
    dirty = false;
    writeWhole(path, JSON.stringify(dump()));
  };
  return {
    touch() {
      if (dirty) return;
      dirty = true;
      queueMicrotask(flush);
    },
    flush,
  };
}

/**
 * The state that a file holds; null if there is no file.
 *
 * @throws SnapshotError if it holds something else
 */
export function loadPersisted(path: string): Snapshot | null {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  return readSnapshot(text, path);
}

function writeWhole(path: string, text: string): void {
  const draft = `${path}.${String(process.pid)}.tmp`;
  // The file holds private keys: for its owner alone.
  const file = openSync(draft, 'w', 0o600);
  try {
    writeSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(draft, path);
}

import { readFileSync } from 'node:fs';
import { removeOldDrafts, writePrivateFile } from './private-file.js';
import { readSnapshot } from './snapshot.js';
import type { Snapshot } from '../state/create-instance-state.js';

export interface Persistence {
  /** There is something new; written at the latest when this turn of the event loop ends. */
  touch(): void;
  /** Writes what is new, now. @throws Error if that fails; it is tried again by the next call, until the file has everything */
  flush(): void;
}

/**
 * Keeps a file that always holds a whole state: a new file is written, synchronised and then put in place of the old one, before the client that
 * caused the change gets its answer. What a client was told survives a crash; a crash while writing leaves the state before.
 *
 * @param onError is told of failures to write what no request waits for
 */
export function createPersistence(path: string, dump: () => Snapshot, onError: (error: Error) => void): Persistence {
  removeOldDrafts(path);
  let dirty = false;
  let queued = false;
  const flush = (): void => {
    if (!dirty) return;
    writePrivateFile(path, JSON.stringify(dump()));
    // Only now: as long as the file lags behind, every request fails, and nobody is told what a restart would not know.
    dirty = false;
  };
  return {
    touch() {
      dirty = true;
      if (queued) return;
      queued = true;
      queueMicrotask(() => {
        queued = false;
        try {
          flush();
        } catch (error) {
          onError(error as Error);
        }
      });
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

import type { Snapshot } from '../state/create-instance-state.js';
import type { Fields } from '../state/rows.js';
import { isRecord } from '../../../../src/ground/is-record.js';

/**
 * What was given as a snapshot of an instance is none.
 *
 * @example
 * ```ts
 * import { SnapshotError, startLocalInstance } from 'bailiff-local';
 *
 * const snapshot = JSON.parse('{}') as never;
 * await startLocalInstance({ snapshot }).catch((error: unknown) => {
 *   console.log(error instanceof SnapshotError); // true
 * });
 * ```
 */
export class SnapshotError extends Error {
  override readonly name = 'SnapshotError';
}

/**
 * A snapshot, checked: what `export()` gave, or the JSON of it. It holds private keys.
 *
 * @param source the snapshot, or its JSON text
 * @param from where it came from, for the message
 * @throws SnapshotError for what is no snapshot, is incomplete, or is of another version
 *
 * @example
 * ```ts
 * import { readFileSync } from 'node:fs';
 * import { readSnapshot, startLocalInstance } from 'bailiff-local';
 *
 * const file = 'test/state.json';
 * const clerk = await startLocalInstance({ snapshot: readSnapshot(readFileSync(file, 'utf8'), file) });
 * ```
 */
export function readSnapshot(source: unknown, from = 'the snapshot'): Snapshot {
  const value = typeof source === 'string' ? parse(source, from) : source;
  if (!isRecord(value) || value['format'] !== 'bailiff-local')
    throw new SnapshotError(`${from} is not a snapshot of a local instance.`);
  if (value['version'] !== 1)
    throw new SnapshotError(`${from} has version ${String(value['version'])}; this release reads version 1.`);
  if (!isWhole(value)) throw new SnapshotError(`${from} is incomplete.`);
  return value as unknown as Snapshot;
}

/** Looked at as a whole before anything of it is taken: an instance is never half of a snapshot. */
function isWhole({ tables, keys, clock, random, secretKey }: Fields): boolean {
  const hasText = (value: unknown, ...names: readonly string[]) =>
    isRecord(value) && names.every((name) => typeof value[name] === 'string');
  const isTable = (rows: unknown) => Array.isArray(rows) && rows.every((row) => hasText(row, 'id'));
  return (
    isRecord(tables) &&
    Object.values(tables).every(isTable) &&
    Array.isArray(keys) &&
    keys.every((key) => hasText(key, 'kid', 'privatePem')) &&
    isRecord(clock) &&
    typeof clock['offsetMs'] === 'number' &&
    isRecord(random) &&
    ['ids', 'secrets', 'keys'].every((name) => hasText(random[name], 'seed')) &&
    typeof secretKey === 'string'
  );
}

function parse(text: string, from: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new SnapshotError(`${from} is not JSON.`, { cause });
  }
}

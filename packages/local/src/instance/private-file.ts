/** Files that hold private keys: whole at every moment, and for their owner alone. */
import { randomBytes } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  openSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** A draft lives for as long as it takes to write a file; one that is older was left by a process that died over it. */
const DRAFT_AGE_MS = 60_000;

/**
 * Writes a file of mode 0600 in place of what was there, whatever mode that had: a draft is opened exclusively (so that
 * nobody can have put a link or a file of theirs in its way), written, synchronised and renamed. A link stays, and the file
 * behind it is replaced. What is no file (`/dev/stdout`, a pipe) is written to.
 *
 * @throws Error (`EACCES`, `ENOSPC`, ...); then the old file is as it was
 */
export function writePrivateFile(path: string, text: string): void {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found !== undefined && !found.isFile()) {
    writeFileSync(path, text);
    return;
  }
  const target = found === undefined ? path : realpathSync(path);
  const draft = `${target}.${randomBytes(6).toString('hex')}.tmp`;
  const file = openSync(draft, 'wx', 0o600);
  try {
    try {
      writeFileSync(file, text);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(draft, target);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
}

/** Removes drafts of this file that processes left which died while they wrote: they hold private keys as well. */
export function removeOldDrafts(path: string, now = Date.now()): void {
  const folder = dirname(path);
  const [start, end] = [`${basename(path)}.`, /^[0-9a-f]{12}\.tmp$/];
  try {
    for (const name of readdirSync(folder)) {
      if (!name.startsWith(start) || !end.test(name.slice(start.length))) continue;
      const draft = join(folder, name);
      if (now - statSync(draft).mtimeMs > DRAFT_AGE_MS) rmSync(draft, { force: true });
    }
  } catch {
    // Tidying up is no reason to fail.
  }
}

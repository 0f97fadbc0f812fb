/**
 * How `bailiff token` finds the instance that `bailiff local` runs: a note in a folder that belongs to this user alone.
 * It holds the secret key of an offline instance, which opens nothing but that instance.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import type { Environment } from '../../../../src/environment.js';
import { writePrivateFile } from '../instance/private-file.js';

export interface RunningInstance {
  readonly apiUrl: string;
  readonly secretKey: string;
}

export interface Note extends RunningInstance {
  readonly pid: number;
}

export function notesFolder(env: Environment): string {
  const runtime = env['XDG_RUNTIME_DIR'];
  return runtime ? join(runtime, 'bailiff') : join(tmpdir(), `bailiff-${userInfo().username}`);
}

/** @returns What takes the note away again. */
export function announce(folder: string, instance: RunningInstance): () => void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, `${String(process.pid)}-${new URL(instance.apiUrl).port}.json`);
  if (!isOurs(folder)) return () => undefined;
  writePrivateFile(path, JSON.stringify({ ...instance, pid: process.pid } satisfies Note));
  return () => {
    rmSync(path, { force: true });
  };
}

/** The instances that still run, the one that was started last first. */
export function listRunning(folder: string): readonly Note[] {
  return notesIn(folder)
    .filter(({ note }) => isAlive(note.pid))
    .sort((one, other) => other.startedAt - one.startedAt)
    .map(({ note }) => note);
}

/** The instance that was started last and still runs. */
export function findRunning(folder: string): RunningInstance | null {
  const [last] = listRunning(folder);
  return last === undefined ? null : { apiUrl: last.apiUrl, secretKey: last.secretKey };
}

function notesIn(folder: string): { note: Note; startedAt: number }[] {
  try {
    if (!isOurs(folder)) return [];
    return readdirSync(folder)
      .filter((name) => name.endsWith('.json'))
      .map((name) => join(folder, name))
      .map((path) => ({
        note: JSON.parse(readFileSync(path, 'utf8')) as Note,
        startedAt: statSync(path).mtimeMs,
      }));
  } catch {
    return [];
  }
}

/** Nobody else may have planted notes: the folder is ours, and only we can write to it. */
function isOurs(folder: string): boolean {
  const { uid, mode } = statSync(folder);
  return process.getuid === undefined || (uid === process.getuid() && (mode & 0o022) === 0);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../../packages/local/src/cli/program.js';
import type { ExitCode, Terminal } from '../../packages/local/src/cli/terminal.js';

export interface Session extends Terminal {
  readonly output: string[];
  readonly errors: string[];
  stop(): void;
}

export interface SessionOptions {
  env?: Record<string, string>;
  input?: string;
  color?: boolean;
  now?: () => number;
  fetch?: Terminal['fetch'];
}

/** A terminal of the test: nothing of this process's environment, and a runtime folder of its own. */
export function session(options: SessionOptions = {}): Session {
  const output: string[] = [];
  const errors: string[] = [];
  let stop: () => void = () => undefined;
  const stopped = new Promise<void>((resolve) => (stop = resolve));
  const folder = mkdtempSync(join(tmpdir(), 'bailiff-test-'));
  return {
    output,
    errors,
    out: (text) => output.push(text),
    err: (text) => errors.push(text),
    color: options.color ?? false,
    env: { XDG_RUNTIME_DIR: folder, ...options.env },
    fetch: options.fetch ?? ((url, init) => fetch(url, init)),
    now: options.now ?? (() => Date.now()),
    readInput: () => Promise.resolve(options.input ?? ''),
    stopped: () => stopped,
    folder,
    stop,
  };
}

export interface Outcome {
  readonly code: ExitCode;
  readonly text: string;
  readonly errors: string;
}

export async function bailiff(args: readonly string[], options: SessionOptions | Session = {}): Promise<Outcome> {
  const terminal = 'output' in options ? options : session(options);
  const code = await run(args, terminal);
  return { code, text: terminal.output.join('\n'), errors: terminal.errors.join('\n') };
}

/** Waits until something is true that another part of the process is about to do. */
export async function until<T>(look: () => T | undefined): Promise<T> {
  for (;;) {
    const value = look();
    if (value !== undefined) return value;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** The terminal of this process. */
import { text } from 'node:stream/consumers';
import type { Terminal } from './terminal.js';

export function processTerminal(): Terminal {
  const { env, stdin, stdout, stderr } = process;
  return {
    out: (line) => stdout.write(`${line}\n`),
    err: (line) => stderr.write(`${line}\n`),
    // https://no-color.org; and nothing but a terminal gets escape codes.
    color: stdout.isTTY && !env['NO_COLOR'] && env['TERM'] !== 'dumb',
    env,
    folder: process.cwd(),
    fetch: (url, init) => fetch(url, init),
    now: () => Date.now(),
    readInput: () => text(stdin),
    stopped: () =>
      new Promise((resolve) => {
        for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
          process.once(signal, () => {
            resolve();
          });
      }),
  };
}

/** Clerk's variables from the `.env` of the working folder: a server reads it by `--env-file` or dotenv, and the command means the same. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Environment } from '../../../../src/environment.js';

const LINE = /^[ \t]*(?:export[ \t]+)?(CLERK_[A-Z_]+)[ \t]*=[ \t]*("(?:[^"\\]|\\.)*"|'[^']*'|[^#\r\n]*)/gm;

/** The variables of a process, and those of `.env` that it has not. A file that cannot be read counts as empty. */
export function withEnvFile(folder: string, env: Environment): Environment {
  const found = [...textOf(join(folder, '.env')).matchAll(LINE)];
  // A variable that is set to nothing counts as absent, as everywhere.
  const missing = found.filter(([, name = '']) => !env[name]);
  return { ...env, ...Object.fromEntries(missing.map(([, name = '', value = '']) => [name, valueOf(value)])) };
}

/** `\n` means a line break in double quotes alone; Bailiff takes either form of a PEM. */
const valueOf = (written: string): string =>
  written.startsWith('"') ? written.slice(1, -1).replaceAll('\\n', '\n') : written.trim().replace(/^'(.*)'$/s, '$1');

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

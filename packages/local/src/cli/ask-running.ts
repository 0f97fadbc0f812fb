/** Requests of the command to the offline instance that runs. */
import type { Command } from 'commander';
import { readConnection } from '../../../../src/ground/connection.js';
import { readVariable } from '../../../../src/environment.js';
import { isLoopbackHost } from '../../../../src/ground/loopback.js';
import { findRunning, notesFolder, type RunningInstance } from './running-instance.js';
import { CommandError, EXIT, printable, type Terminal } from './terminal.js';

export type Fields = Readonly<Record<string, unknown>>;

/** Which instance is meant. */
export interface Which {
  readonly apiUrl?: string;
  readonly secretKey?: string;
}

/** The options by which a command lets somebody say which instance is meant. */
export function whichInstance(command: Command): Command {
  return command
    .option(
      '--api-url <url>',
      'address of the instance (default: CLERK_API_URL, else the one that bailiff local started last)',
    )
    .option('--secret-key <key>', 'its secret key (default: CLERK_SECRET_KEY)');
}

/** @throws CommandError if no instance answers, or if it refuses */
export async function askRunning(
  terminal: Terminal,
  which: Which,
  method: 'GET' | 'POST',
  path: string,
  body?: Fields,
): Promise<Fields> {
  const { apiUrl, secretKey } = locate(terminal, which);
  const response = await terminal
    .fetch(`${apiUrl}${path}`, {
      method,
      // A redirect would carry the key to wherever it points.
      redirect: 'manual',
      headers: { authorization: `Bearer ${secretKey}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    .catch(() => {
      throw new CommandError(`No instance answers at ${apiUrl}. Start one with: bailiff local`, EXIT.unavailable);
    });
  const answer = (await response.json().catch(() => ({}))) as Fields & { errors?: { message: string }[] };
  if (response.ok) return answer;
  const reason = answer.errors?.[0]?.message ?? `status ${String(response.status)}`;
  throw new CommandError(`The instance at ${apiUrl} refused: ${printable(String(reason))}`, EXIT.refused);
}

/** Given, else from the environment, else noted by `bailiff local`. Never anything but loopback: a live key stays here. */
function locate(terminal: Terminal, given: Which): RunningInstance {
  const noted = given.apiUrl === undefined ? findRunning(notesFolder(terminal.env)) : null;
  const { env } = terminal;
  const address = given.apiUrl ?? readVariable('CLERK_API_URL', env) ?? noted?.apiUrl;
  const { apiUrl, secretKey: own } = readConnection({ apiUrl: address, secretKey: given.secretKey }, env);
  const secretKey = given.secretKey === undefined && apiUrl === noted?.apiUrl ? noted.secretKey : own;
  if (address === undefined || secretKey === null) {
    throw new CommandError('No instance runs here. Start one with: bailiff local', EXIT.unavailable);
  }
  if (!isLoopbackHost(new URL(apiUrl).host)) {
    throw new CommandError('This asks an offline instance alone, and the address is not on this machine.');
  }
  return { apiUrl, secretKey };
}

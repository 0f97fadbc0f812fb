/** Requests of the command to the offline instance that runs. */
import type { Command } from 'commander';
import { readVariable, type Environment } from '../../../../src/environment.js';
import { chooseInstance, type Which } from './choose-instance.js';
import { listRunning, notesFolder } from './running-instance.js';
import { CommandError, EXIT, printable, type Terminal } from './terminal.js';

export type { Which } from './choose-instance.js';
export type Fields = Readonly<Record<string, unknown>>;

/** The options by which a command lets somebody say which instance is meant. */
export function whichInstance(command: Command): Command {
  return command
    .option(
      '--api-url <url>',
      'address of the instance (default: CLERK_API_URL of .env or the environment, else the one that was started last)',
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
  const { apiUrl, secretKey } = chooseInstance(terminal, which);
  const response = await terminal
    .fetch(`${apiUrl}${path}`, {
      method,
      // A redirect would carry the key to wherever it points.
      redirect: 'manual',
      headers: { authorization: `Bearer ${secretKey}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    .catch(() => {
      const others = listRunning(notesFolder(terminal.env)).filter((one) => one.apiUrl !== apiUrl);
      const remedy =
        others[0] === undefined
          ? 'Start one with: npx bailiff local'
          : `One runs at ${others[0].apiUrl}. Take its keys: npx bailiff env > .env`;
      throw new CommandError(`No instance answers at ${apiUrl}. ${remedy}`, EXIT.unavailable);
    });
  const answer = (await response.json().catch(() => ({}))) as Fields & { errors?: { message: string }[] };
  if (response.ok) return answer;
  const reason = answer.errors?.[0]?.message ?? `status ${String(response.status)}`;
  const remedy = response.status === 401 ? ' Take its keys: npx bailiff env > .env' : '';
  throw new CommandError(`The instance at ${apiUrl} refused: ${printable(String(reason))}${remedy}`, EXIT.refused);
}

/** Variables by which a server knows its instance. */
const KEYS = [
  'CLERK_SECRET_KEY',
  'CLERK_PUBLISHABLE_KEY',
  'CLERK_JWT_KEY',
  'CLERK_MACHINE_SECRET_KEY',
  'CLERK_API_URL',
];

/**
 * The environment, if it names an instance; else that of the offline instance that runs, where there is one. Standard error says which.
 */
export async function environmentOrRunning(terminal: Terminal): Promise<Environment> {
  const { env } = terminal;
  if (KEYS.some((name) => readVariable(name, env) !== undefined)) return env;
  const [running] = listRunning(notesFolder(env));
  if (running === undefined) return env;
  const answer = await askRunning(terminal, {}, 'GET', '/__bailiff/env').catch((error: unknown) => {
    if (error instanceof CommandError) return null;
    throw error;
  });
  if (answer === null) return env;
  terminal.err(`bailiff: no keys are set here; taking those of the offline instance at ${running.apiUrl}.`);
  return { ...env, ...(answer['env'] as Environment) };
}

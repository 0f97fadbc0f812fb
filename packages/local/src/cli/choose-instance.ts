/** Which offline instance a command asks: the one that is named, else that of the environment, else one that runs on this machine. */
import { readConnection } from '../../../../src/ground/connection.js';
import { readVariable } from '../../../../src/environment.js';
import { isLoopbackHost } from '../../../../src/ground/loopback.js';
import { listRunning, notesFolder, type RunningInstance } from './running-instance.js';
import { CommandError, EXIT, type Terminal } from './terminal.js';

/** Which instance is meant. */
export interface Which {
  readonly apiUrl?: string;
  readonly secretKey?: string;
}

/**
 * With several that run and nothing that names one, it is the one that was started last, and standard error says so.
 *
 * @throws CommandError if there is none, or if the address is not on this machine: a live key stays here
 */
export function chooseInstance(terminal: Terminal, given: Which): RunningInstance {
  const { env } = terminal;
  const running = listRunning(notesFolder(env));
  const named = given.apiUrl ?? readVariable('CLERK_API_URL', env);
  const address = named ?? running[0]?.apiUrl;
  const { apiUrl, secretKey: own } = readConnection({ apiUrl: address, secretKey: given.secretKey }, env);
  const noted = running.find((one) => one.apiUrl === apiUrl);
  const secretKey = given.secretKey === undefined && noted !== undefined ? noted.secretKey : own;
  if (address === undefined || secretKey === null) {
    throw new CommandError('No instance runs here. Start one with: npx bailiff local', EXIT.unavailable);
  }
  if (!isLoopbackHost(new URL(apiUrl).host)) {
    throw new CommandError('This asks an offline instance alone, and the address is not on this machine.');
  }
  if (named === undefined && running.length > 1) {
    const others = running.slice(1).map((one) => one.apiUrl);
    terminal.err(
      `bailiff: asking ${apiUrl}, which was started last. Also running: ${others.join(', ')} (choose with --api-url).`,
    );
  } else if (named !== undefined && given.secretKey === undefined && own !== null && own !== secretKey) {
    terminal.err(
      `bailiff: the instance at ${apiUrl} has other keys than your environment. Take them: npx bailiff env > .env`,
    );
  }
  return { apiUrl, secretKey };
}

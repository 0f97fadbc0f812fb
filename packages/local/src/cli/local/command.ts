/** `bailiff local`: an offline Clerk instance until Ctrl-C. */
import { readFileSync } from 'node:fs';
import { InvalidArgumentError, type Command } from 'commander';
import { loadSeed, readSnapshot, startLocalInstance, type RequestLogEntry, type LocalInstance } from '../../index.js';
import { envBlock } from '../env-block.js';
import type { Register } from '../register.js';
import { addressesOf } from './addresses.js';
import { announce, listRunning, notesFolder } from '../running-instance.js';
import { CommandError, painter, printable, type Paint, type Terminal } from '../terminal.js';
import { createMessageWatch, messageLine } from './message-lines.js';
import { createFailureWatch, failureLine } from './webhook-lines.js';

interface Options {
  readonly port: number;
  readonly host?: string;
  readonly seed?: string;
  readonly snapshot?: string;
  readonly persist?: string;
  readonly production?: boolean;
  readonly webhook?: readonly string[];
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly force?: boolean;
}

const DEFAULT_PORT = 4000;
/** How often new requests are looked for, ms. */
const WATCH_EVERY = 100;

export const addLocalCommand: Register = (program: Command, terminal) => {
  program
    .command('local')
    .description('Run an offline Clerk instance on this machine.')
    .option('-p, --port <port>', 'port to listen on; 0 takes any free one', port, DEFAULT_PORT)
    .option('--host <host>', 'address to listen on (anything but loopback needs --force)')
    .option(
      '-s, --seed <file or text>',
      'JSON or YAML file with users and so on; or any text, for the same ids and keys on every start',
    )
    .option('--snapshot <file>', 'start from a state that bailiff snapshot saved')
    .option('--persist <file>', 'keep the state in a file')
    .option('--production', 'behave as a production instance (pk_live_, sk_live_)')
    .option('--webhook <url...>', 'send webhooks there, signed')
    .option('--json', 'one JSON object a line: first the addresses and keys, then each request, code and link')
    .option('-q, --quiet', 'do not show requests')
    .option('--force', 'start although it looks unsafe')
    .action(async (options: Options) => {
      const clerk = await start(options, terminal);
      const [apiUrl = clerk.apiUrl] = addressesOf(clerk.apiUrl);
      const retract = announce(notesFolder(terminal.env), { apiUrl, secretKey: clerk.secretKey });
      try {
        for (const url of options.webhook ?? []) addWebhook(clerk, url);
        terminal.out(
          options.json === true ? JSON.stringify(describe(clerk)) : welcome(clerk, options, painter(terminal.color)),
        );
        const stopWatching = options.quiet === true ? () => undefined : watch(clerk, terminal, options.json === true);
        await terminal.stopped();
        stopWatching();
      } finally {
        retract();
        await clerk.close();
      }
      if (options.json !== true) terminal.out('Stopped.');
    });
};

/** @throws CommandError in the words of the command, where it is about its flags and the port */
async function start(options: Options, terminal: Terminal): Promise<LocalInstance> {
  try {
    return await startLocalInstance(await instanceOptions(options, terminal));
  } catch (error) {
    const { code, name, message } = error as NodeJS.ErrnoException;
    if (code === 'EADDRINUSE') throw portInUse(options.port, terminal);
    if (name === 'UnsafeInstanceError')
      throw new CommandError(message.replace('Set `force: true` if you mean it.', 'Add --force if you mean it.'));
    throw error;
  }
}

function portInUse(port: number, terminal: Terminal): CommandError {
  const owner = listRunning(notesFolder(terminal.env)).find(({ apiUrl }) => new URL(apiUrl).port === String(port));
  return new CommandError(
    owner === undefined
      ? `Port ${String(port)} is in use by another program (EADDRINUSE). Take any free one: npx bailiff local --port 0`
      : `Port ${String(port)} is in use (EADDRINUSE) by an offline instance, process ${String(owner.pid)}. ` +
          'Use that one: npx bailiff env > .env; or take any free port: npx bailiff local --port 0',
  );
}

async function instanceOptions(
  options: Options,
  terminal: Terminal,
): Promise<Parameters<typeof startLocalInstance>[0]> {
  const { seed, snapshot } = options;
  return {
    port: options.port,
    onError: (error) => {
      terminal.err(`bailiff: the state cannot be kept: ${error.message}`);
    },
    onHint: (hint) => {
      if (options.json === true) terminal.out(JSON.stringify({ event: 'hint', ...hint }));
      else terminal.err(`bailiff: ${hint.message}`);
    },
    ...(snapshot === undefined ? {} : { snapshot: readSnapshot(readFileSync(snapshot, 'utf8'), snapshot) }),
    ...(options.host === undefined ? {} : { host: options.host }),
    ...(seed === undefined ? {} : { seed: /\.(json|ya?ml)$/i.test(seed) ? await loadSeed(seed) : seed }),
    ...(options.persist === undefined ? {} : { persist: options.persist }),
    ...(options.production === true ? { instanceType: 'production' as const } : {}),
    ...(options.force === true ? { force: true } : {}),
  };
}

function addWebhook(clerk: LocalInstance, url: string): void {
  try {
    clerk.webhooks.add(url);
  } catch {
    throw new CommandError('--webhook takes http(s) URLs on loopback.');
  }
}

function describe(clerk: LocalInstance): Readonly<Record<string, unknown>> {
  const { apiUrl, frontendApiUrl, instanceType, env } = clerk;
  return {
    event: 'started',
    apiUrl,
    frontendApiUrl,
    signInUrl: `${frontendApiUrl}/sign-in`,
    dashboardUrl: `${apiUrl}/`,
    instanceType,
    env,
  };
}

function welcome(clerk: LocalInstance, { seed, persist, snapshot }: Options, paint: Paint): string {
  const signInUrl = `${clerk.frontendApiUrl}/sign-in`;
  const [first = clerk.apiUrl, ...others] = addressesOf(clerk.apiUrl);
  const staysTheSame = (seed ?? persist ?? snapshot) !== undefined;
  return [
    paint('bold', 'An offline Clerk instance is running.'),
    '',
    `  Backend API    ${paint('cyan', first)}`,
    ...others.map((address) => `                 ${paint('cyan', address)}, from other machines`),
    `  Sign-in page   ${paint('cyan', signInUrl.replace(clerk.apiUrl, first))}`,
    `  Dashboard      ${paint('cyan', `${first}/`)}`,
    '',
    paint('dim', '# Paste into .env of your application:'),
    envBlock({ ...clerk.env, CLERK_SIGN_IN_URL: signInUrl }),
    '',
    paint('dim', 'A token to try: npx bailiff token session --user user_1. Ctrl-C stops.'),
    ...(staysTheSame
      ? []
      : [
          paint(
            'dim',
            'The next start has other keys: then npx bailiff env > .env, or start with --seed <text> to keep them.',
          ),
        ]),
    '',
  ].join('\n');
}

/** Shows requests as they come, codes and links that would have been sent, and deliveries of webhooks that failed. @returns What stops it. */
function watch(clerk: LocalInstance, terminal: Terminal, asJson: boolean): () => void {
  const paint = painter(terminal.color);
  const failuresIn = createFailureWatch();
  const messagesIn = createMessageWatch();
  let last: RequestLogEntry | undefined;
  const show = () => {
    const { requests } = clerk;
    const fresh = requests.slice(last === undefined ? 0 : requests.lastIndexOf(last) + 1);
    last = requests.at(-1) ?? last;
    for (const entry of fresh) {
      terminal.out(asJson ? JSON.stringify({ event: 'request', ...entry }) : requestLine(entry, paint));
    }
    for (const message of messagesIn(clerk.emails)) {
      terminal.out(asJson ? JSON.stringify({ event: 'message', ...message }) : messageLine(message, paint));
    }
    if (clerk.webhooks.endpoints.length === 0) return;
    for (const failure of failuresIn(clerk.webhooks.deliveries)) {
      terminal.out(asJson ? JSON.stringify({ event: 'webhook.failed', ...failure }) : failureLine(failure, paint));
    }
  };
  const timer = setInterval(show, WATCH_EVERY);
  return () => {
    clearInterval(timer);
    show();
  };
}

function requestLine(entry: RequestLogEntry, paint: Paint): string {
  const time = new Date(entry.at).toISOString().slice(11, 19);
  const style = entry.status === null || entry.status >= 500 ? 'red' : entry.status >= 400 ? 'yellow' : 'green';
  const status = paint(style, entry.status === null ? 'cut' : String(entry.status));
  const target = printable(`${entry.method} ${entry.path}${entry.query}`);
  return `${paint('dim', time)} ${status} ${target}${entry.operation === null ? '' : paint('dim', `  ${entry.operation}`)}`;
}

function port(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value > 65_535) throw new InvalidArgumentError('A port is a number from 0 to 65535.');
  return value;
}

/** `bailiff local`: an offline Clerk instance until Ctrl-C. */
import { readFileSync } from 'node:fs';
import { InvalidArgumentError, type Command } from 'commander';
import { loadSeed, readSnapshot, startLocalInstance, type RequestLogEntry, type LocalInstance } from '../index.js';
import { envBlock } from './env-block.js';
import type { Register } from './register.js';
import { announce, notesFolder } from './running-instance.js';
import { CommandError, painter, printable, type Paint, type Terminal } from './terminal.js';

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
    .option('--json', 'one JSON object a line: first the addresses and keys, then each request')
    .option('-q, --quiet', 'do not show requests')
    .option('--force', 'start although it looks unsafe')
    .action(async (options: Options) => {
      const clerk = await startLocalInstance(await instanceOptions(options, terminal));
      const retract = announce(notesFolder(terminal.env), { apiUrl: clerk.apiUrl, secretKey: clerk.secretKey });
      try {
        for (const url of options.webhook ?? []) addWebhook(clerk, url);
        terminal.out(options.json === true ? JSON.stringify(describe(clerk)) : welcome(clerk, painter(terminal.color)));
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
  return { event: 'started', apiUrl, frontendApiUrl, signInUrl: `${frontendApiUrl}/sign-in`, instanceType, env };
}

function welcome(clerk: LocalInstance, paint: Paint): string {
  const signInUrl = `${clerk.frontendApiUrl}/sign-in`;
  return [
    paint('bold', 'An offline Clerk instance is running.'),
    '',
    `  Backend API    ${paint('cyan', clerk.apiUrl)}`,
    `  Sign-in page   ${paint('cyan', signInUrl)}`,
    '',
    paint('dim', '# Paste into .env of your application:'),
    envBlock({ ...clerk.env, CLERK_SIGN_IN_URL: signInUrl }),
    '',
    paint('dim', `A token to try: bailiff token session --user user_1. Ctrl-C stops.`),
    '',
  ].join('\n');
}

/** Shows requests as they come. @returns What stops it. */
function watch(clerk: LocalInstance, terminal: Terminal, asJson: boolean): () => void {
  const paint = painter(terminal.color);
  let last: RequestLogEntry | undefined;
  const show = () => {
    const { requests } = clerk;
    const fresh = requests.slice(last === undefined ? 0 : requests.lastIndexOf(last) + 1);
    last = requests.at(-1) ?? last;
    for (const entry of fresh) {
      terminal.out(asJson ? JSON.stringify({ event: 'request', ...entry }) : requestLine(entry, paint));
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

/** `bailiff token`: any kind of credential, from the instance that runs. */
import { InvalidArgumentError, type Command } from 'commander';
import { isRecord } from '../../../../src/ground/is-record.js';
import { largeClaims } from '../ground/large-claims.js';
import { askRunning, whichInstance, type Fields, type Which } from './ask-running.js';
import type { Register } from './register.js';
import { CommandError, EXIT, printable } from './terminal.js';

interface Common extends Which {
  readonly seed?: string;
  readonly json?: boolean;
}

interface Kind {
  readonly name: string;
  readonly description: string;
  readonly configure: (command: Command) => Command;
  /** Where the credential itself stands in the answer. */
  readonly secret: 'token' | 'secret';
}

const lifetime = (command: Command) =>
  command.option('--expires-in <seconds>', 'lifetime; negative: expired so long ago', integer);
const scopes = (command: Command, what: string) => command.option('--scopes <scope...>', what);
const claims = (command: Command) => command.option('--claims <json>', 'custom claims, as a JSON object', jsonObject);
const format = (command: Command) => command.option('--format <form>', 'opaque or jwt', oneOf('opaque', 'jwt'));

/** The kinds of credential; options have the names of the instance's own `create…` methods. */
const KINDS: readonly Kind[] = [
  {
    name: 'session',
    description: 'a session token (users and organizations are made as needed)',
    secret: 'token',
    configure: (command) =>
      claims(lifetime(command))
        .option('-u, --user <id>', 'user id')
        .option('-o, --org <id>', 'active organization')
        .option('-r, --role <role>', 'role in it (org:admin)')
        .option('--permission <permission...>', 'permissions in it (org:invoices:read)')
        .option('--azp <origin>', 'origin of the page that asks')
        .option('--plan <plan...>', 'plans of the subscription (u:pro, o:team)')
        .option('--feature <feature...>', 'features of it (u:reports, o:api)')
        .option('--pending', 'a session that has a task left, such as choosing an organization')
        .option('--actor <user id or json>', 'who acts as the user (impersonation)', actor)
        .option('--fva <minutes,minutes>', 'age of the first and second factor; -1: never verified', factorAges),
  },
  {
    name: 'api-key',
    description: 'an API key of a user or an organization',
    secret: 'secret',
    configure: (command) =>
      claims(lifetime(scopes(command, 'scopes')))
        .requiredOption('--subject <id>', 'user_… or org_…')
        .option('--name <name>', 'its name'),
  },
  {
    name: 'm2m',
    description: 'a machine-to-machine token',
    secret: 'token',
    configure: (command) =>
      claims(
        lifetime(
          format(
            scopes(command, 'machines that accept it (mch_…)').option('--machine <id>', 'the machine it belongs to'),
          ),
        ),
      ),
  },
  {
    name: 'oauth',
    description: 'an OAuth access token',
    secret: 'token',
    configure: (command) =>
      lifetime(format(scopes(command, 'scopes')))
        .requiredOption('-u, --user <id>', 'user id')
        .option('--client <id>', 'OAuth client id')
        .option('-o, --org <id>', 'organization that the user chose at consent')
        .option('--audience <url...>', 'resource servers that it is for'),
  },
];

/** Names of options here, and of fields there. */
const RENAMED: Readonly<Record<string, string>> = {
  user: 'userId',
  org: 'orgId',
  permission: 'permissions',
  plan: 'plans',
  feature: 'features',
  machine: 'machineId',
  client: 'clientId',
  expiresIn: 'expiresInSeconds',
};

export const addTokenCommand: Register = (program: Command, terminal) => {
  const parent = program.command('token').description('Mint a credential with the offline instance that runs.');
  for (const kind of KINDS) {
    whichInstance(kind.configure(parent.command(kind.name).description(`Mint ${kind.description}.`)))
      .option('--seed <text>', 'without a running instance: mint from a fresh one with this seed')
      .option('--json', 'print all of its fields')
      .action(async ({ apiUrl, secretKey, seed, json, ...rest }: Common & Fields) => {
        if (rest['org'] === undefined && (rest['role'] ?? rest['permission']) !== undefined)
          throw new CommandError('A role and permissions are those in an organization: add --org <id>.');
        const which = {
          ...(apiUrl === undefined ? {} : { apiUrl }),
          ...(secretKey === undefined ? {} : { secretKey }),
        };
        const request = Object.fromEntries(Object.entries(rest).map(([name, value]) => [RENAMED[name] ?? name, value]));
        const minted =
          seed === undefined
            ? await askRunning(terminal, which, 'POST', `/__bailiff/tokens/${kind.name}`, request)
            : await mintFresh(seed, kind, request);
        // The running instance warns where it runs, which may be out of sight; a fresh one warns here.
        const warning = kind.name === 'session' && seed === undefined ? largeClaims(claimsIn(request)) : null;
        if (warning !== null) terminal.err(warning);
        terminal.out(json === true ? JSON.stringify(minted, null, 2) : printable(String(minted[kind.secret])));
      });
  }
};

const claimsIn = ({ claims: given }: Fields): Fields => (isRecord(given) ? given : {});

async function mintFresh(seed: string, kind: Kind, request: Fields): Promise<Fields> {
  const { startLocalInstance } = await import('../index.js');
  const clerk = await startLocalInstance({ seed, listen: false });
  try {
    const running = { apiUrl: clerk.apiUrl, secretKey: clerk.secretKey };
    const response = await clerk.fetch(`${running.apiUrl}/__bailiff/tokens/${kind.name}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${running.secretKey}`, 'content-type': 'application/json' },
      body: JSON.stringify(request),
    });
    const body = (await response.json()) as Fields & { errors?: { message: string }[] };
    if (!response.ok)
      throw new CommandError(printable(String(body.errors?.[0]?.message ?? 'The request was refused.')), EXIT.refused);
    return { ...body, jwtKey: clerk.jwtKey };
  } finally {
    await clerk.close();
  }
}

function integer(text: string): number {
  if (!/^-?\d+$/.test(text)) throw new InvalidArgumentError('It is a whole number of seconds.');
  return Number(text);
}

function jsonObject(text: string): Fields {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields;
  } catch {
    // Said below.
  }
  throw new InvalidArgumentError('It is a JSON object.');
}

/** A user's id, or the whole claim. */
function actor(text: string): string | Fields {
  return text.trimStart().startsWith('{') ? jsonObject(text) : text;
}

function factorAges(text: string): readonly number[] {
  if (!/^(-1|\d+),(-1|\d+)$/.test(text)) throw new InvalidArgumentError('It is two numbers of minutes: 5,-1.');
  return text.split(',').map(Number);
}

function oneOf(...allowed: readonly string[]): (text: string) => string {
  return (text) => {
    if (!allowed.includes(text)) throw new InvalidArgumentError(`It is one of: ${allowed.join(', ')}.`);
    return text;
  };
}

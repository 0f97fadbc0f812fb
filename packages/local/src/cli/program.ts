/** The commands of `bailiff`, put together. */
import { Command, CommanderError } from 'commander';
import { VERSION } from '../../../../src/ground/version.js';
import { ConfigurationError } from '../../../../src/errors.js';
import type { Environment } from '../../../../src/environment.js';
import { withEnvFile } from './env-file.js';
import type { Register } from './register.js';
import { CommandError, EXIT, withoutControlCharacters, type ExitCode, type Terminal } from './terminal.js';
import { isError } from '../../../../src/ground/realm.js';

/** Each command by its name, loaded when it is used: the offline instance is most of the code, and most commands do without. */
const COMMANDS: Readonly<Record<string, () => Promise<Register>>> = {
  local: async () => (await import('./local/command.js')).addLocalCommand,
  token: async () => (await import('./token/command.js')).addTokenCommand,
  env: async () => (await import('./env-command.js')).addEnvCommand,
  snapshot: async () => (await import('./snapshot-command.js')).addSnapshotCommand,
  verify: async () => (await import('./verify/command.js')).addVerifyCommand,
  doctor: async () => (await import('./doctor/command.js')).addDoctorCommand,
};
/** Failures that the person can mend: one line, no stack. Those of the offline instance by name, so that it need not be loaded. */
const EXPECTED = [CommandError, ConfigurationError];
const EXPECTED_NAMES = new Set(['SeedError', 'SnapshotError', 'UnsafeInstanceError']);
/** What the system says of files and ports that a person named. */
const EXPECTED_CODES = new Set(['EADDRINUSE', 'EACCES', 'EISDIR', 'ENOENT', 'ENOSPC', 'ENOTDIR', 'EPERM', 'EROFS']);

/** @param args without `node` and the script. Never rejects for what a person can type. */
export async function run(args: readonly string[], outside: Terminal): Promise<ExitCode> {
  const terminal = withoutControlCharacters({ ...outside, env: environmentFor(args[0], outside) });
  let exitCode: ExitCode = EXIT.ok;
  const program = new Command('bailiff')
    .description('Offline Clerk instance, tokens, and answers to why a token or a setup does not work.')
    .version(VERSION)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => {
        terminal.out(text.trimEnd());
      },
      writeErr: (text) => {
        terminal.err(text.trimEnd());
      },
    });
  for (const load of loaders(args[0])) {
    const register = await load();
    register(program, terminal, (code) => {
      exitCode = code;
    });
  }
  try {
    await program.parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (error) {
    return explain(error, terminal);
  }
}

/** The command that is named; all of them for help, and for names that there are not. */
function loaders(name = ''): readonly (() => Promise<Register>)[] {
  const named = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  return named === undefined ? Object.values(COMMANDS) : [named];
}

/** `local` makes an environment and `env` writes one: what an older `.env` says is no matter to them. */
function environmentFor(name: string | undefined, { env, folder }: Terminal): Environment {
  return name === 'local' || name === 'env' ? env : withEnvFile(folder, env);
}

function explain(error: unknown, terminal: Terminal): ExitCode {
  // Commander has said it already.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  if (!isError(error)) throw error;
  const isExpected = EXPECTED.some((kind) => error instanceof kind) || EXPECTED_NAMES.has(error.name);
  const { code } = error as NodeJS.ErrnoException;
  if (!isExpected && !EXPECTED_CODES.has(code ?? '')) throw error;
  terminal.err(`bailiff: ${error.message}`);
  return error instanceof CommandError ? error.exitCode : EXIT.usage;
}

/** The commands of `bailiff`, put together. */
import { Command, CommanderError } from 'commander';
import { VERSION } from '../core/version.js';
import { ConfigurationError } from '../errors.js';
import { SeedError, SnapshotError, UnsafeInstanceError } from '../local/index.js';
import { addDoctorCommand } from './doctor/command.js';
import { addLocalCommand } from './local-command.js';
import type { Register } from './register.js';
import { CommandError, EXIT, type ExitCode, type Terminal } from './terminal.js';
import { addTokenCommand } from './token-command.js';
import { addVerifyCommand } from './verify/command.js';

const COMMANDS: readonly Register[] = [addLocalCommand, addTokenCommand, addVerifyCommand, addDoctorCommand];
/** Failures that the person can mend: one line, no stack. */
const EXPECTED = [CommandError, ConfigurationError, SeedError, SnapshotError, UnsafeInstanceError];

/** @param args without `node` and the script. Never rejects for what a person can type. */
export async function run(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
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
  for (const register of COMMANDS)
    register(program, terminal, (code) => {
      exitCode = code;
    });
  try {
    await program.parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (error) {
    return explain(error, terminal);
  }
}

function explain(error: unknown, terminal: Terminal): ExitCode {
  // Commander has said it already.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  if (!(error instanceof Error)) throw error;
  const isExpected = EXPECTED.some((kind) => error instanceof kind);
  const { code } = error as NodeJS.ErrnoException;
  if (!isExpected && code !== 'EADDRINUSE' && code !== 'EACCES' && code !== 'ENOENT') throw error;
  terminal.err(`bailiff: ${error.message}`);
  return error instanceof CommandError ? error.exitCode : EXIT.usage;
}

import type { Command } from 'commander';
import type { ExitCode, Terminal } from './terminal.js';

/** Adds a command to the program. `finish` sets the exit code of a command that ran to its end. */
export type Register = (program: Command, terminal: Terminal, finish: (code: ExitCode) => void) => void;

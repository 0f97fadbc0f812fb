/** `bailiff env`: the variables of an application that shall use the instance that runs. */
import type { Command } from 'commander';
import { askRunning, whichInstance, type Which } from './ask-running.js';
import { envBlock } from './env-block.js';
import type { Register } from './register.js';

export const addEnvCommand: Register = (program: Command, terminal) => {
  whichInstance(program.command('env').description('Print the environment of the offline instance that runs.'))
    .option('--json', 'as a JSON object')
    .action(async ({ json, ...which }: Which & { readonly json?: boolean }) => {
      const { env } = (await askRunning(terminal, which, 'GET', '/__bailiff/env')) as { env: Record<string, string> };
      terminal.out(json === true ? JSON.stringify(env, null, 2) : envBlock(env));
    });
};

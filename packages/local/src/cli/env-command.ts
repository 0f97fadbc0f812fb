/** `bailiff env`: the variables of an application that shall use the instance that runs. */
import { Option, type Command } from 'commander';
import { FRONT_ENDS, frontEndEnv, PROXY_PATH, type FrontEnd } from '../ground/front-end-env.js';
import { askRunning, whichInstance, type Which } from './ask-running.js';
import { envBlock } from './env-block.js';
import type { Register } from './register.js';
import { CommandError } from './terminal.js';

interface Options extends Which {
  readonly json?: boolean;
  readonly frontEnd?: FrontEnd;
  readonly proxyUrl?: string;
}

export const addEnvCommand: Register = (program: Command, terminal) => {
  whichInstance(program.command('env').description('Print the environment of the offline instance that runs.'))
    .addOption(
      new Option('--front-end <framework>', 'the variables of its pages instead, which hold no secret').choices(
        FRONT_ENDS,
      ),
    )
    .option(
      '--proxy-url <path or url>',
      `with --front-end: where pages reach the Frontend API (default: ${PROXY_PATH})`,
    )
    .option('--json', 'as a JSON object')
    .action(async ({ json, frontEnd, proxyUrl, ...which }: Options) => {
      if (frontEnd === undefined && proxyUrl !== undefined)
        throw new CommandError('A proxy URL is for pages: add --front-end <framework>.');
      const { env } = (await askRunning(terminal, which, 'GET', '/__bailiff/env')) as { env: Record<string, string> };
      const shown = frontEnd === undefined ? env : pagesOf(env, frontEnd, proxyUrl);
      terminal.out(json === true ? JSON.stringify(shown, null, 2) : envBlock(shown));
    });
};

function pagesOf(env: Readonly<Record<string, string>>, frontEnd: FrontEnd, proxyUrl = PROXY_PATH) {
  try {
    return frontEndEnv(env['CLERK_PUBLISHABLE_KEY'] ?? '', frontEnd, proxyUrl);
  } catch {
    throw new CommandError('--proxy-url is a path (/__clerk) or an http address.');
  }
}

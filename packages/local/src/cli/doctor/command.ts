/** `bailiff doctor`: what is wrong with the setup, and what to do about it. */
import { InvalidArgumentError, type Command } from 'commander';
import { environmentOrRunning } from '../ask-running.js';
import type { Register } from '../register.js';
import { EXIT, painter, type ExitCode, type Paint, type Style } from '../terminal.js';
import { CHECKS } from './checks.js';
import { gatherFacts } from './facts.js';
import type { Check, Finding } from './finding.js';

interface Options {
  readonly url?: URL;
  readonly json?: boolean;
}

interface Result extends Finding {
  readonly check: Check;
}

export const addDoctorCommand: Register = (program: Command, terminal, finish) => {
  program
    .command('doctor')
    .description("Check keys, clock, reachability and cookies of this environment's setup.")
    .option('--url <url>', 'address of your site: checks whether its cookies can work', siteUrl)
    .option('--json', 'for machines')
    .action(async ({ url, json }: Options) => {
      if (json !== true) terminal.err('Looking at the environment and asking Clerk (at most 5 s)…');
      const env = await environmentOrRunning(terminal);
      const facts = await gatherFacts({ ...terminal, env }, url ?? null);
      const results = CHECKS.flatMap((check): Result[] => {
        const finding = check.look(facts);
        return finding === null ? [] : [{ check, ...finding }];
      });
      terminal.out(json === true ? forMachines(results) : forPeople(results, painter(terminal.color)));
      finish(exitCodeOf(results));
    });
};

/** Warnings do not fail a deployment. */
function exitCodeOf(results: readonly Result[]): ExitCode {
  return results.some(({ status }) => status === 'problem') ? EXIT.refused : EXIT.ok;
}

function forMachines(results: readonly Result[]): string {
  const findings = results.map(({ check, status, message, remedy }) => ({ check: check.id, status, message, remedy }));
  return JSON.stringify({ ok: exitCodeOf(results) === EXIT.ok, findings }, null, 2);
}

const MARKS: Readonly<Record<Finding['status'], readonly [mark: string, style: Style]>> = {
  ok: ['ok', 'green'],
  warning: ['warning', 'yellow'],
  problem: ['PROBLEM', 'red'],
};
const MARK_WIDTH = 8;

function forPeople(results: readonly Result[], paint: Paint): string {
  const lines = results.flatMap(({ check, status, message, remedy }) => {
    const [mark, style] = MARKS[status];
    const line = `${paint(style, mark.padEnd(MARK_WIDTH))} ${paint('bold', check.title)}: ${message}`;
    return remedy === null ? [line] : [line, `${' '.repeat(MARK_WIDTH)} What to do: ${remedy}`];
  });
  return [...lines, '', summary(results)].join('\n');
}

function summary(results: readonly Result[]): string {
  const count = (status: Finding['status']) => results.filter((result) => result.status === status).length;
  const [problems, warnings] = [count('problem'), count('warning')];
  if (problems + warnings === 0) return 'Nothing is wrong.';
  return `${String(problems)} problem${problems === 1 ? '' : 's'}, ${String(warnings)} warning${warnings === 1 ? '' : 's'}.`;
}

function siteUrl(text: string): URL {
  if (!/^https?:\/\//.test(text) || !URL.canParse(text)) throw new InvalidArgumentError('It is an http(s) URL.');
  return new URL(text);
}

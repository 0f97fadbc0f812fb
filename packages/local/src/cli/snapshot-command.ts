/** `bailiff snapshot`: all that the instance that runs is, in a file from which another one can start. */
import type { Command } from 'commander';
import { removeOldDrafts, writePrivateFile } from '../instance/private-file.js';
import { askRunning, whichInstance, type Which } from './ask-running.js';
import type { Register } from './register.js';

export const addSnapshotCommand: Register = (program: Command, terminal) => {
  whichInstance(
    program
      .command('snapshot')
      .description(
        'Save the state of the offline instance that runs; npx bailiff local --snapshot <file> starts from it.',
      )
      .argument('[file]', 'where to; without it, to standard output. It holds private keys'),
  ).action(async (file: string | undefined, which: Which) => {
    const text = JSON.stringify(await askRunning(terminal, which, 'GET', '/__bailiff/snapshot'));
    if (file === undefined) {
      terminal.out(text);
      return;
    }
    // For its owner alone, as the file of --persist; also where there was one that others could read.
    removeOldDrafts(file);
    writePrivateFile(file, text);
    terminal.err(`Saved to ${file}.`);
  });
};

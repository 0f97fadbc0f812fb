#!/usr/bin/env node
/** Runs the command of `bailiff-local`, which is installed beside this package or in the project where the command is called. */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const command = commandFor(import.meta.url) ?? commandFor(join(process.cwd(), 'package.json'));
if (command === undefined) {
  process.stderr.write(
    'bailiff: the commands come with bailiff-local. Install it: npm install --save-dev bailiff-local\n',
  );
  process.exitCode = 1;
} else await import(pathToFileURL(command).href);

/** The path of the command, as it resolves from a file; undefined where `bailiff-local` is not installed. */
function commandFor(place: string): string | undefined {
  try {
    return createRequire(place).resolve('bailiff-local/cli');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'MODULE_NOT_FOUND') return undefined;
    throw error;
  }
}

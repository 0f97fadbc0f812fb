/**
 * Writes docs/reference.md and docs/options.md.
 *
 *   npm run docs:api               writes them
 *   npm run docs:api -- --check    fails when one is out of date
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import * as options from './options-page.mjs';
import * as reference from './reference-page.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
/** @type {(file: string, read: (file: string) => string) => { config?: unknown }} */
const readConfig = ts.readConfigFile;
const { config } = readConfig(`${root}tsconfig.json`, (file) => readFileSync(file, 'utf8'));
const parsed = ts.parseJsonConfigFileContent(config, ts.sys, root);
const program = ts.createProgram([...reference.SOURCES, ...options.SOURCES], parsed.options);
const pages = [
  { file: reference.PAGE, text: await reference.referencePage(program) },
  { file: options.PAGE, text: await options.optionsPage(program) },
];

for (const { file, text } of pages) {
  if (!process.argv.includes('--check')) writeFileSync(file, text);
  else if (readFileSync(file, 'utf8') !== text) {
    console.error(`${file} is out of date. Run: npm run docs:api`);
    process.exitCode = 1;
  }
}

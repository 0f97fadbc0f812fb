/**
 * Writes docs/reference.md.
 *
 *   npm run docs:api               writes it
 *   npm run docs:api -- --check    fails when it is out of date
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { PAGE, SOURCES, referencePage } from './reference-page.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
/** @type {(file: string, read: (file: string) => string) => { config?: unknown }} */
const readConfig = ts.readConfigFile;
const { config } = readConfig(`${root}tsconfig.json`, (file) => readFileSync(file, 'utf8'));
const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
const page = await referencePage(ts.createProgram(SOURCES, options));

if (!process.argv.includes('--check')) writeFileSync(PAGE, page);
else if (readFileSync(PAGE, 'utf8') !== page) {
  console.error('docs/reference.md is out of date. Run: npm run docs:api');
  process.exitCode = 1;
}

// Compares a newer OpenAPI document (JSON or YAML) with the committed one, and takes it over when nothing was lost.
//
//   npm run update-spec -- FILE           prints what was added, removed and changed; fails on a removal
//   npm run update-spec -- FILE --write   then also replaces the document and gives new operations a name and a retry class
//
// Renamed paths and methods count as a removal and an addition: callers lose a method either way.
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve as resolvePath } from 'node:path';
import { compareDocuments } from './lib/compare.mjs';
import { DOCUMENT_PATH, NAMES_PATH, ROOT, readJson } from './lib/document.mjs';
import { formatNames, proposeNames } from './lib/propose-names.mjs';

const [file, ...flags] = process.argv.slice(2);
if (!file) {
  console.error('Usage: npm run update-spec -- FILE [--write]');
  process.exit(2);
}

const text = readFileSync(resolvePath(file), 'utf8');
const current = readJson(DOCUMENT_PATH);
const next = file.endsWith('.json') ? JSON.parse(text) : (await import('yaml')).parse(text);
const { added, removed, changed } = compareDocuments(current, next);

const print = (title, lines) =>
  console.log([`${title} (${lines.length})`, ...lines.map((line) => `  ${line}`), ''].join('\n'));
console.log(`${current.info.version} -> ${next.info.version}\n`);
print(
  'Added',
  added.map(({ label }) => label),
);
print(
  'Removed',
  removed.map(({ label }) => label),
);
print(
  'Changed',
  changed.map(({ label, parts }) => `${label}: ${parts.join(', ')}`),
);

if (removed.length > 0) {
  console.error('Operations were removed: callers would lose methods. Nothing was written.');
  process.exit(1);
}
if (flags.includes('--write')) {
  const names = proposeNames(readJson(NAMES_PATH), added);
  writeFileSync(join(ROOT, DOCUMENT_PATH), `${JSON.stringify(next, null, 2)}\n`);
  writeFileSync(join(ROOT, NAMES_PATH), formatNames(names));
  console.log(
    `Written. Check the names of the new operations in ${NAMES_PATH}, then: node scripts/generate.mjs --committed`,
  );
}

// Compares a newer OpenAPI document (JSON or YAML) with the committed one, and takes it over.
//
//   npm run update-spec -- FILE                              prints what was added, removed and changed; fails on a removal
//   npm run update-spec -- FILE --write                      then also takes it over: document, names, and all that is generated
//   npm run update-spec -- FILE --write --accept-removals    although callers lose methods
//
// Renamed paths and methods count as a removal and an addition: callers lose a method either way.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve as resolvePath } from 'node:path';
import { compareDocuments } from './lib/compare.mjs';
import { DOCUMENT_PATH, NAMES_PATH, ROOT, parseJson, readDocument, readNames } from './lib/document.mjs';
import { formatNames, proposeNames, withoutNames } from './lib/propose-names.mjs';

const [file, ...flags] = process.argv.slice(2);
const unknown = flags.filter((flag) => !['--write', '--accept-removals'].includes(flag));
if (!file || unknown.length > 0) {
  console.error('Usage: npm run update-spec -- FILE [--write] [--accept-removals]');
  process.exit(2);
}

const text = readFileSync(resolvePath(file), 'utf8');
const current = readDocument();
const next = /** @type {typeof current} */ (file.endsWith('.json') ? parseJson(text) : await parseYaml(text));
const { added, removed, changed } = compareDocuments(current, next);

const print = (/** @type {string} */ title, /** @type {readonly string[]} */ lines) =>
  console.log([`${title} (${lines.length})`, ...lines.map((line) => `  ${line}`), ''].join('\n'));
const labelOf = (/** @type {{ label: string }} */ { label }) => label;
console.log(`${current.info.version} -> ${next.info.version}\n`);
print('Added', added.map(labelOf));
print('Removed', removed.map(labelOf));
print(
  'Changed',
  changed.map(({ label, parts }) => `${label}: ${parts.join(', ')}`),
);

if (removed.length > 0 && !flags.includes('--accept-removals')) {
  console.error('Operations were removed: callers would lose methods. Nothing was written.');
  process.exit(1);
}
if (flags.includes('--write')) {
  const names = proposeNames(withoutNames(readNames(), removed), next, added);
  writeFileSync(join(ROOT, DOCUMENT_PATH), `${JSON.stringify(next, null, 2)}\n`);
  writeFileSync(join(ROOT, NAMES_PATH), formatNames(names));
  execFileSync(process.execPath, [join(ROOT, 'scripts/generate.mjs'), '--committed'], { stdio: 'inherit' });
  console.log(
    `Written and generated. Names are public: check those of the new operations in ${NAMES_PATH} and, after a change, run:\n` +
      '  node scripts/generate.mjs --committed',
  );
}

/**
 * Loaded where it is needed: most documents are JSON.
 * @param {string} yaml
 * @returns {Promise<unknown>}
 */
async function parseYaml(yaml) {
  const { parse } = await import('yaml');
  return /** @type {(text: string) => unknown} */ (parse)(yaml);
}

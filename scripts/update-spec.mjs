// Compares a newer OpenAPI document (JSON or YAML) with the committed one, and takes it over. What spec/additions.json adds counts
// on both sides; what the newer document has of it leaves the additions.
//
//   npm run update-spec -- FILE                              prints what was added, removed and changed; fails on a removal
//   npm run update-spec -- FILE --write                      then also takes it over: document, names, and all that is generated
//   npm run update-spec -- FILE --write --accept-removals    although callers lose methods
//   npm run update-spec -- FILE --write --snapshot DATE      and notes the day on which Clerk published the document as it is
//
// Renamed paths and methods count as a removal and an addition: callers lose a method either way.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve as resolvePath } from 'node:path';
import { parseArgs } from 'node:util';
import { wholeOperations, withAdditions, withoutKnown } from './lib/additions.mjs';
import { compareDocuments } from './lib/compare.mjs';
import {
  ADDITIONS_PATH,
  DOCUMENT_PATH,
  NAMES_PATH,
  ROOT,
  parseJson,
  readAdditions,
  readBase,
  readNames,
} from './lib/document.mjs';
import { formatNames, proposeNames, withoutNames } from './lib/propose-names.mjs';

const { file, flags } = readArguments();
const text = readFileSync(resolvePath(file), 'utf8');
const base = readBase();
const additions = readAdditions();
const nextBase = /** @type {typeof base} */ (file.endsWith('.json') ? parseJson(text) : await parseYaml(text));
const nextAdditions = withoutKnown(additions, nextBase);
const next = withAdditions(nextBase, nextAdditions);
const { added, removed, changed } = compareDocuments(withAdditions(base, additions), next);

const print = (/** @type {string} */ title, /** @type {readonly string[]} */ lines) =>
  console.log([`${title} (${lines.length})`, ...lines.map((line) => `  ${line}`), ''].join('\n'));
const labelOf = (/** @type {{ label: string }} */ { label }) => label;
const idsOf = (/** @type {typeof base} */ document) => wholeOperations(document).map(({ operationId }) => operationId);
const dated = (/** @type {string | undefined} */ snapshot) => snapshot ?? 'not dated, see --snapshot';
const { 'x-snapshot': snapshot, 'x-base-snapshot': baseSnapshot, version } = additions.info;

console.log(`${base.info.version} -> ${nextBase.info.version}`);
console.log(`Base (${DOCUMENT_PATH}): ${dated(baseSnapshot)} -> ${dated(flags.snapshot)}`);
console.log(
  `Additions (${ADDITIONS_PATH}): ${version}, ${dated(snapshot)}, ${idsOf(additions).length} operations -> ${idsOf(nextAdditions).length}\n`,
);
print('Added', added.map(labelOf));
print('Removed', removed.map(labelOf));
print(
  'Changed',
  changed.map(({ label, parts }) => `${label}: ${parts.join(', ')}`),
);
const left = new Set(idsOf(nextAdditions));
print(
  'Out of the additions, because the base has it',
  idsOf(additions).filter((id) => !left.has(id)),
);

if (removed.length > 0 && !flags['accept-removals']) {
  console.error('Operations were removed: callers would lose methods. Nothing was written.');
  process.exit(1);
}
if (flags.write) {
  const names = proposeNames(withoutNames(readNames(), removed), next, added);
  const { 'x-base-snapshot': _, ...info } = additions.info;
  const noted = { ...info, ...(flags.snapshot !== undefined && { 'x-base-snapshot': flags.snapshot }) };
  const write = (/** @type {string} */ path, /** @type {unknown} */ content) =>
    writeFileSync(join(ROOT, path), `${JSON.stringify(content, null, 2)}\n`);
  write(DOCUMENT_PATH, nextBase);
  write(ADDITIONS_PATH, { ...nextAdditions, info: noted });
  writeFileSync(join(ROOT, NAMES_PATH), formatNames(names));
  execFileSync(process.execPath, [join(ROOT, 'scripts/generate.mjs'), '--committed'], { stdio: 'inherit' });
  console.log(
    `Written and generated. Names are public: check those of the new operations in ${NAMES_PATH} and, after a change, run:\n` +
      '  node scripts/generate.mjs --committed',
  );
}

/** Ends the process when they are wrong. */
function readArguments() {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        write: { type: 'boolean' },
        'accept-removals': { type: 'boolean' },
        snapshot: { type: 'string' },
      },
    });
    const [file, ...others] = positionals;
    if (file !== undefined && others.length === 0) return { file, flags: values };
  } catch {
    // An unknown flag: answered as a missing file is.
  }
  console.error('Usage: npm run update-spec -- FILE [--write] [--accept-removals] [--snapshot DATE]');
  process.exit(2);
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

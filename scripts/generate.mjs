// Writes src/api/generated and spec/merged.json from the OpenAPI document, the additions to it and the name map. No dependencies; a
// fraction of a second.
//
//   node scripts/generate.mjs              the code (not committed: made by `npm run build` and before tests)
//   node scripts/generate.mjs --committed  also spec/surface.txt, docs/api/operations.md and src/ground/api-version.ts, which show a change in review
//   node scripts/generate.mjs --check      fails when one of those is out of date
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import {
  MERGED_PATH,
  ROOT,
  readDocument,
  readJson,
  readNames,
  readNextDocument,
  readOperations,
} from './lib/document.mjs';
import { emit } from './lib/emit.mjs';
import { emitReview } from './lib/review.mjs';

const GENERATED = 'src/api/generated';
const mode = process.argv[2];

const document = readDocument();
const names = readNames();
const operations = readOperations(document, names);
const nextDocument = readNextDocument();
const next = { version: nextDocument.info.version, operations: readOperations(nextDocument, names) };
const review = emitReview(document, names, operations);

if (mode === '--check') {
  const stale = Object.keys(review).filter(
    (path) => !existsSync(join(ROOT, path)) || readFileSync(join(ROOT, path), 'utf8') !== review[path],
  );
  if (stale.length > 0) {
    console.error(`Out of date: ${stale.join(', ')}. Run: node scripts/generate.mjs --committed`);
    process.exitCode = 1;
  }
} else {
  const { version } = /** @type {{ version: string }} */ (readJson('package.json'));
  const files = emit(document, names, operations, next, version);
  const directory = join(ROOT, GENERATED);
  mkdirSync(directory, { recursive: true });
  for (const name of readdirSync(directory)) if (!(name in files)) rmSync(join(directory, name));
  for (const [name, content] of Object.entries(files)) writeIfChanged(join(directory, name), content);
  writeIfChanged(join(ROOT, MERGED_PATH), JSON.stringify(document));
  if (mode === '--committed')
    for (const [path, content] of Object.entries(review)) writeIfChanged(join(ROOT, path), content);
}

/** Leaves an unchanged file alone, so that watchers and incremental builds rest. */
function writeIfChanged(/** @type {string} */ path, /** @type {string} */ content) {
  if (existsSync(path) && readFileSync(path, 'utf8') === content) return;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}

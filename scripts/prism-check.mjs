// Calls every method of the client against Prism, a mock server that others wrote and that validates requests by the document.
//
//   node scripts/prism-check.mjs DIRECTORY    where `npm i --no-save --prefix DIRECTORY @stoplight/prism-cli@5.14.2` put it
//
// Installs nothing. Fails when Prism is not there, when a call is refused, or when an operation was not called. Needs `npm run build`.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { freePort } from './lib/free-port.mjs';
import { MERGED_PATH, ROOT, readDocument, readNames, readOperations, resolve } from './lib/document.mjs';

const directory = process.argv[2] ?? '';
const prism = join(directory, 'node_modules/.bin/prism');
if (!directory || !existsSync(prism)) {
  console.error(
    `Prism is not in ${directory || 'no directory'}: npm i --no-save --prefix DIRECTORY @stoplight/prism-cli@5.14.2`,
  );
  process.exit(2);
}

/** The signature of a PNG: the client sends no bytes as an image that are none. */
const PNG = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);

const document = readDocument();
const operations = readOperations(document, readNames());
/** @type {unknown} */
const built = await import(pathToFileURL(join(ROOT, 'dist/api/index.js')).href);
const { createBackendApi } = /** @type {typeof import('../src/api/index.js')} */ (built);
const port = await freePort();
const server = spawn(prism, ['mock', '-d', '-p', String(port), '-h', '127.0.0.1', join(ROOT, MERGED_PATH)], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
try {
  await started(server);
  // Prism serves the paths of the document without a version.
  /** @type {typeof fetch} */
  const withoutVersion = (url, init) =>
    fetch((url instanceof Request ? url.url : url.toString()).replace(`:${port}/v1/`, `:${port}/`), init);
  const api = createBackendApi({
    apiUrl: `http://127.0.0.1:${port}`,
    secretKey: 'sk_test_prism',
    machineSecretKey: 'ak_prism',
    retries: 0,
    fetch: withoutVersion,
  });
  /** @type {string[]} */
  const failures = [];
  const methods = /** @type {Record<string, Record<string, (...args: unknown[]) => Promise<unknown>>>} */ (
    /** @type {unknown} */ (api)
  );
  for (const operation of operations) {
    try {
      const method = methods[operation.resource]?.[operation.action];
      if (method === undefined) throw new Error(`there is no ${operation.name}`);
      await method(...sampleArguments(operation));
    } catch (error) {
      failures.push(`${operation.method} ${operation.path}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  console.log(`Prism accepted ${operations.length - failures.length} of ${operations.length} operations.`);
  for (const failure of failures) console.error(failure);
  if (failures.length > 0) process.exitCode = 1;
} finally {
  server.kill();
}

/**
 * @param {import('node:child_process').ChildProcessByStdio<null, import('node:stream').Readable, null>} child
 * @returns {Promise<void>}
 */
function started(child) {
  return new Promise((done, failed) => {
    child.stdout.on('data', (data) => String(data).includes('is listening') && done());
    child.on('exit', (code) => failed(new Error(`Prism ended with ${code}`)));
  });
}

/**
 * @param {import('./lib/document.mjs').Operation} operation
 * @returns {unknown[]}
 */
function sampleArguments({ ids, query, body }) {
  const parts = ids.map(({ schema }) => sample(schema));
  if (body?.multipart) return [...parts, { file: PNG, uploader_user_id: 'user_1' }];
  if (body) return [...parts, sample(body.schema)];
  if (query.length > 0)
    return [...parts, Object.fromEntries(query.map((parameter) => [parameter.name, sample(parameter.schema)]))];
  return parts;
}

/**
 * @param {import('./lib/document.mjs').Schema} node
 * @returns {unknown}
 */
function sample(node) {
  const schema = resolve(document, node);
  if (schema.example !== undefined && schema.type !== 'object') return schema.example;
  if (schema.enum) return schema.enum[0];
  if (schema.allOf) return Object.assign({}, ...schema.allOf.map(sample));
  if (schema.type === 'array') return [sample(schema.items ?? {})];
  if (schema.type === 'object')
    return schema.properties
      ? Object.fromEntries(Object.entries(schema.properties).map(([key, value]) => [key, sample(value)]))
      : { key: 'value' };
  if (schema.type === 'boolean') return false;
  if (schema.type === 'integer' || schema.type === 'number')
    return (schema.minimum ?? 1) + (schema.exclusiveMinimum ? 1 : 0);
  if (schema.type !== 'string') return { key: 'value' };
  const [, prefix, length] = /^\^\(?(\w+?)(?:[|_].*)?\{(\d+)\}\$$/.exec(schema.pattern ?? '') ?? [];
  if (prefix) return `${prefix}_${'a'.repeat(Number(length))}`;
  /** @type {Record<string, string>} */
  const formats = {
    'date-time': '2026-01-02T03:04:05Z',
    date: '2026-01-02',
    email: 'ada@example.com',
    uri: 'https://example.com/x',
  };
  return formats[schema.format ?? ''] ?? 'text'.padEnd(schema.minLength ?? 0, 'x');
}

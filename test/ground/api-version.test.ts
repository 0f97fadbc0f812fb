/** Handshake, calls of authentication and calls of the API client ask for one version: that of the document. */
import { createAuthenticator } from 'bailiff';
import { createBackendApi } from 'bailiff/api';
import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { startRecordingServer } from '../api/support/recording-server.js';

const DOCUMENTS = ['spec/backend-api.json', 'spec/additions.json'];
const [info, added] = DOCUMENTS.map(
  (path) => (JSON.parse(readFileSync(path, 'utf8')) as { info: { version: string } }).info,
) as [{ version: string }, { version: string }];

/** Written by `node scripts/generate.mjs --committed`. */
const GENERATED = ['spec/surface.txt', 'docs/api/operations.md', 'src/ground/api-version.ts'];
const files = ['src', 'packages/local/src', 'scripts', 'docs', 'test', 'examples', 'bench', 'spec'].flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((file) => `${folder}/${file}`.replaceAll('\\', '/')),
);

it('the version comes from the document, and is written by hand nowhere else', () => {
  const naming = [...files, 'README.md', 'packages/local/README.md'].filter(
    (file) =>
      /\.(ts|mjs|json|md|txt)$/.test(file) &&
      !/node_modules|src\/api\/generated\//.test(file) &&
      readFileSync(file, 'utf8').includes(info.version),
  );
  expect(added.version).toBe(info.version);
  expect(naming.sort()).toEqual([...DOCUMENTS, 'spec/merged.json', ...GENERATED].sort());
});

it('all versions are equal', async () => {
  const server = await startRecordingServer();
  const keys = { secretKey: 'sk_test_one', apiUrl: server.url };

  const authenticator = createAuthenticator(
    { ...keys, publishableKey: `pk_test_${btoa('a-1.clerk.accounts.dev$')}` },
    {},
  );
  await authenticator.verifyApiKey('ak_unknown').catch(() => undefined);
  const api = createBackendApi(keys, {});
  await api.users.get('user_1');
  await api.request({ method: 'GET', path: '/robots' });
  expect(server.requests.map(({ headers }) => headers['clerk-api-version'])).toEqual(Array(3).fill(info.version));
  await server.close();

  const page = new Request('http://localhost:3000/', { headers: { 'sec-fetch-dest': 'document' } });
  const { headers } = await authenticator.authenticateRequest(page);
  expect(new URL(headers.get('location')!).searchParams.get('__clerk_api_version')).toBe(info.version);
});

/**
 * Uses the packed tarballs as CommonJS does: `require` of every entry point, an application that loads both builds, tsc with
 * `module: commonjs` and three module resolutions, ts-jest and Jest, and NestJS.
 */
import { writeFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { FOR_TYPES, IMPORTABLE, PEERS, namesFor, sampleOf } from './entry-points.mjs';
import { DEV, pack, project, run } from './lib/packages.mjs';

const JEST = ['jest@30', 'ts-jest@29', '@types/jest@30'];
const NEST = ['@nestjs/common@11', '@nestjs/core@11', '@nestjs/platform-express@11', 'reflect-metadata@0.2', 'rxjs@7'];

/** Declarations of others included. */
const COMPILER = [
  '--strict',
  '--skipLibCheck',
  'false',
  '--lib',
  'es2023,dom,dom.iterable',
  '--target',
  'es2022',
  '--types',
  'node',
];

const names = namesFor();
const REQUIRE = `
for (const name of ${JSON.stringify(names)})
  if (Object.keys(require(name)).length === 0) throw new Error(name + ' exports nothing');
const users = require('bailiff/api/users');
import('bailiff/api/users').then(async (other) => {
  const same = (found, wanted) => { if (found.sort().join() !== wanted.sort().join()) throw new Error(found + ' is not ' + wanted); };
  for (const name of ${JSON.stringify(names)}) same(Object.keys(require(name)), Object.keys(await import(name)).filter((key) => key !== 'default'));
});
`;

/** One server: the middleware is imported, the guards are required; and the other way round. */
const BOTH = `
const assert = require('node:assert');
const express = require('express');
(async () => {
  const { startLocalInstance } = await import('bailiff-local');
  const clerk = await startLocalInstance({ seed: 'commonjs' });
  const token = await clerk.createSessionToken({ userId: 'user_1' });
  const { secret } = await clerk.createApiKey({ subject: 'user_1', scopes: ['a'] });
  const builds = [[await import('bailiff/express'), require('bailiff/express')], [require('bailiff/express'), await import('bailiff/express')]];
  const makers = [require('bailiff').createAuthenticator, (await import('bailiff')).createAuthenticator];
  for (const createAuthenticator of makers) {
    const authenticator = createAuthenticator({}, clerk.env);
    let asked = null;
    for (const [one, other] of builds) {
      assert.notStrictEqual(one.clerkMiddleware, other.clerkMiddleware);
      const app = express().use(one.clerkMiddleware(authenticator))
        .get('/me', other.requireAuth(), (req, res) => res.json([req.auth.userId, other.getAuth(req).userId]))
        .get('/key', other.requireScope('a'), (req, res) => res.json(req.auth.tokenType))
        .get('/admin', other.requireRole('org:admin'), (req, res) => res.json('open'));
      const server = await new Promise((resolve) => { const made = app.listen(0, '127.0.0.1', () => resolve(made)); });
      const get = async (path, credential) => {
        const headers = credential ? { authorization: 'Bearer ' + credential } : {};
        const response = await fetch('http://127.0.0.1:' + server.address().port + path, { headers });
        return [response.status, await response.json()];
      };
      assert.deepStrictEqual(await get('/me', token), [200, ['user_1', 'user_1']]);
      assert.strictEqual((await get('/me'))[0], 401);
      assert.strictEqual((await get('/admin', token))[0], 403);
      assert.deepStrictEqual(await get('/key', secret), [200, 'api_key']);
      // One state for each authenticator: what one build has asked Clerk, the other does not ask again.
      assert.strictEqual(clerk.requests.length, (asked ??= clerk.requests.length));
      server.close();
    }
    for (const errors of [require('bailiff'), await import('bailiff')]) {
      const thrown = await authenticator.verifySessionToken('nonsense').catch((error) => error);
      assert.ok(thrown instanceof errors.TokenVerificationError && thrown instanceof errors.BailiffError && thrown instanceof Error);
      assert.ok(!(thrown instanceof errors.ConfigurationError) && !(new Error('x') instanceof errors.BailiffError));
    }
  }
  await clerk.close();
})();
`;

/** Every entry point is typed, guards narrow, and an application narrows roles once. */
const TYPED = `
${IMPORTABLE.map((entry, index) => `import * as entry${index} from '${sampleOf(entry)}';`).join('\n')}
import { BackendApiError, createBackendApi, type User } from 'bailiff/api';
import { ConfigurationError, type Auth } from 'bailiff';
import { clerkMiddleware, requireRole } from 'bailiff/express';
declare module 'bailiff' {
  interface Register {
    role: 'org:admin' | 'org:member';
  }
}
export const who = (auth: Auth): string | null => (auth.tokenType === 'session_token' ? auth.userId : null);
export const load = (): Promise<User> => createBackendApi({ secretKey: 'sk_test_x' }).users.get('user_1');
requireRole('org:admin');
// @ts-expect-error it is none of the roles
requireRole('org:boss');
// @ts-expect-error an option that does not exist
void (() => clerkMiddleware({ secretkey: 'sk_test_x' }));
for (const entry of [${IMPORTABLE.map((_, index) => `entry${index}`).join(', ')}])
  if (Object.keys(entry).length === 0) throw new Error('An entry point exports nothing.');
try {
  createBackendApi({ secretKey: '' });
} catch (error) {
  if (!(error instanceof ConfigurationError) || error instanceof BackendApiError) throw error;
}
`;

const JEST_TEST = `
import { createServer } from 'node:http';
import express from 'express';
import { startLocalInstance } from 'bailiff-local';
import { clerkMiddleware, requireAuth, requireScope, verifyWebhook, WebhookVerificationError } from 'bailiff/express';
import { createBackendApi, BackendApiError } from 'bailiff/api';

test('a guarded route, machine tokens, the API client and webhooks', async () => {
  const clerk = await startLocalInstance({ seed: { users: [{ id: 'user_ada' }] } });
  const app = express();
  app.post('/webhooks', express.raw({ type: '*/*' }), async (req, res) => {
    const answer = await verifyWebhook(req, { signingSecret: clerk.env.CLERK_WEBHOOK_SIGNING_SECRET }).then(
      (event) => event.type,
      (error) => (error instanceof WebhookVerificationError ? 'refused' : String(error)),
    );
    res.status(answer === 'refused' ? 400 : 200).json(answer);
  });
  app.use(clerkMiddleware({ secretKey: clerk.secretKey, publishableKey: clerk.publishableKey, apiUrl: clerk.apiUrl }));
  app.get('/me', requireAuth(), (req, res) => { res.json(req.auth.userId); });
  app.get('/key', requireScope('a'), (req, res) => { res.json(req.auth.subject); });
  const server = createServer(app);
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(null)));
  const address = server.address();
  const origin = 'http://127.0.0.1:' + (typeof address === 'object' && address !== null ? address.port : 0);
  const get = async (path, token = '') => {
    const response = await fetch(origin + path, { headers: token ? { authorization: 'Bearer ' + token } : {} });
    return [response.status, response.status === 200 ? await response.json() : null];
  };
  expect(await get('/me', await clerk.createSessionToken({ userId: 'user_ada' }))).toEqual([200, 'user_ada']);
  expect(await get('/me')).toEqual([401, null]);
  expect(await get('/key', (await clerk.createApiKey({ subject: 'user_ada', scopes: ['a'] })).secret)).toEqual([200, 'user_ada']);
  expect((await fetch(origin + '/webhooks', { method: 'POST', body: '{}' })).status).toBe(400);
  clerk.webhooks.add(origin + '/webhooks');
  const api = createBackendApi({ secretKey: clerk.secretKey, apiUrl: clerk.apiUrl });
  expect((await api.users.create({ email_address: ['bob@example.com'] })).object).toBe('user');
  await clerk.webhooks.settled();
  expect(clerk.webhooks.deliveries.map(({ status }) => status)).toEqual(clerk.webhooks.deliveries.map(() => 'delivered'));
  expect(clerk.webhooks.deliveries.length).toBeGreaterThan(0);
  await expect(api.users.get('user_none')).rejects.toBeInstanceOf(BackendApiError);
  server.close();
  await clerk.close();
});
`;

const JEST_CONFIG = `module.exports = {
  projects: [
    { displayName: 'plain', testMatch: ['<rootDir>/jest/*.test.js'] },
    { displayName: 'ts-jest', testMatch: ['<rootDir>/jest/*.test.ts'], transform: { '\\\\.ts$': ['ts-jest', { diagnostics: { ignoreCodes: [151002, 7006, 7031] } }] } },
  ],
};
`;

const NEST_APP = `
import 'reflect-metadata';
import { Controller, Get, Module, Req, type MiddlewareConsumer, type NestModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { Request } from 'express';
import { clerkMiddleware, requireAuth } from 'bailiff/express';
import { startLocalInstance } from 'bailiff-local';

@Controller()
class InvoiceController {
  @Get('me')
  me(@Req() req: Request) {
    return { userId: req.auth.isAuthenticated && req.auth.tokenType === 'session_token' ? req.auth.userId : null };
  }
}
@Module({ controllers: [InvoiceController] })
class AppModule implements NestModule {
  configure(consumer: MiddlewareConsumer) {
    consumer.apply(clerkMiddleware(), requireAuth()).forRoutes(InvoiceController);
  }
}
async function main() {
  const clerk = await startLocalInstance();
  Object.assign(process.env, clerk.env);
  const app = await NestFactory.create(AppModule, { logger: false });
  await app.listen(0, '127.0.0.1');
  const get = async (token?: string) => {
    const response = await fetch((await app.getUrl()) + '/me', { headers: token ? { authorization: 'Bearer ' + token } : {} });
    return [response.status, await response.text()].join(' ');
  };
  const signedIn = await get(await clerk.createSessionToken({ userId: 'user_ada' }));
  const nobody = await get();
  await app.close();
  await clerk.close();
  if (signedIn !== '200 {"userId":"user_ada"}' || !nobody.startsWith('401 ')) throw new Error(signedIn + ' / ' + nobody);
}
void main();
`;

const work = mkdtempSync(join(tmpdir(), 'bailiff-commonjs-'));
try {
  const packed = pack(work);
  const tools = ['typescript', ...PEERS, ...FOR_TYPES].map((name) => `${name}@${DEV[name]}`);
  const folder = project(
    join(work, 'project'),
    [packed.bailiff.tarball, packed['bailiff-local'].tarball, ...tools, ...JEST, ...NEST],
    ['--legacy-peer-deps'],
  );
  write(folder, 'package.json', JSON.stringify({ private: true }));

  write(folder, 'require.cjs', REQUIRE);
  run('node', ['require.cjs'], folder);
  // As on Node.js before 20.19, where a `require` that reaches an ES module fails.
  run('node', ['--no-experimental-require-module', 'require.cjs'], folder);
  console.log(`required ${namesFor().length} entry points`);

  write(folder, 'both.cjs', BOTH);
  run('node', ['both.cjs'], folder);
  console.log('one process with both builds: slot, authenticator and errors are shared');

  write(folder, 'app.ts', TYPED);
  /** @type {[module: string, resolution: string, more?: string[]][]} */
  const resolutions = [
    ['commonjs', 'node10', ['--ignoreDeprecations', '6.0']],
    ['node16', 'node16'],
    ['nodenext', 'nodenext'],
    ['commonjs', 'bundler'],
  ];
  for (const [module, moduleResolution, more = []] of resolutions) {
    const options = ['--module', module, '--moduleResolution', moduleResolution, ...more];
    run(
      'npx',
      ['--no-install', 'tsc', ...COMPILER, ...options, '--outDir', `out-${moduleResolution}`, 'app.ts'],
      folder,
    );
    run('node', [`out-${moduleResolution}/app.js`], folder);
    console.log(`CommonJS compiles and runs under moduleResolution ${moduleResolution}`);
  }

  write(folder, 'jest/plain.test.js', JEST_TEST.replaceAll(/^import (.+) from (.+);$/gm, 'const $1 = require($2);'));
  write(folder, 'jest/typed.test.ts', JEST_TEST);
  write(folder, 'jest.config.js', JEST_CONFIG);
  write(
    folder,
    'tsconfig.json',
    JSON.stringify({
      compilerOptions: {
        module: 'commonjs',
        moduleResolution: 'bundler',
        target: 'es2022',
        strict: true,
        esModuleInterop: true,
        types: ['jest', 'node'],
      },
    }),
  );
  run('npx', ['--no-install', 'jest', '--ci', '--silent', '--testTimeout=60000'], folder);
  console.log('Jest and ts-jest: tests pass');

  write(folder, 'nest.ts', NEST_APP);
  // The declarations of Nest's own are not for us to judge.
  const decorators = [
    '--ignoreConfig',
    '--skipLibCheck',
    'true',
    '--experimentalDecorators',
    '--emitDecoratorMetadata',
    '--module',
    'commonjs',
    '--moduleResolution',
    'bundler',
  ];
  run(
    'npx',
    ['--no-install', 'tsc', ...COMPILER, '--esModuleInterop', ...decorators, '--outDir', 'out-nest', 'nest.ts'],
    folder,
  );
  run('node', ['out-nest/nest.js'], folder);
  console.log('NestJS: guarded routes answer');
} finally {
  rmSync(work, { recursive: true, force: true });
}

function write(/** @type {string} */ folder, /** @type {string} */ file, /** @type {string} */ content) {
  const path = join(folder, file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}

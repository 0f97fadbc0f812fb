/**
 * Applications run their tests under jsdom, happy-dom and in contexts of their own, whose `AbortSignal`, `Uint8Array`, `Blob` or
 * `Error` are not those of Node. Each row is a run of test/realms/realm.spec.ts in a process of its own.
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { LocalInstance } from 'bailiff-local';
import { Webhook } from 'svix';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { apiKeyRow, startClerk } from './support/clerk.js';
import { T0 } from './support/tokens.js';

const SIGNING_SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const API_KEY = `ak_${'r'.repeat(32)}`;

let clerk: LocalInstance;
let given: string;
beforeAll(async () => {
  clerk = await startClerk({ instanceType: 'development', rows: { api_keys: [apiKeyRow(API_KEY)] } });
  const body = JSON.stringify({ type: 'user.created', object: 'event', data: { id: 'user_ada' } });
  const signature = new Webhook(SIGNING_SECRET).sign('msg_1', new Date(T0), body);
  const headers = { 'svix-id': 'msg_1', 'svix-timestamp': String(T0 / 1000), 'svix-signature': signature };
  const { secretKey, publishableKey, apiUrl } = clerk;
  given = JSON.stringify({
    options: { secretKey, publishableKey, apiUrl },
    now: T0,
    token: await clerk.createSessionToken({ userId: 'user_ada' }),
    apiKey: API_KEY,
    userId: 'user_ada',
    webhook: { headers, body, signingSecret: SIGNING_SECRET },
  });
});
afterAll(() => clerk.close());

function run(realm: Record<string, string>): Promise<{ code: number | null; output: string }> {
  const vitest = join(import.meta.dirname, '../node_modules/vitest/vitest.mjs');
  const args = [vitest, 'run', '--config', join(import.meta.dirname, 'realms/vitest.config.ts'), '--no-color'];
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, {
      env: { PATH: process.env['PATH'], REALM: JSON.stringify(realm), REALM_GIVEN: given, REALM_ORIGIN: clerk.apiUrl },
    });
    let output = '';
    child.stdout.on('data', (piece) => (output += String(piece)));
    child.stderr.on('data', (piece) => (output += String(piece)));
    child.on('error', reject).on('close', (code) => resolve({ code, output }));
  });
}

it.each([
  { environment: 'node', pool: 'vmThreads' },
  { environment: 'jsdom', pool: 'forks' },
  { environment: 'jsdom', pool: 'vmThreads' },
  { environment: 'happy-dom', pool: 'forks' },
  { environment: 'happy-dom', pool: 'vmThreads' },
])('$environment in $pool', { timeout: 120_000 }, async (realm) => {
  const { code, output } = await run(realm);
  expect(output, output).toContain('6 passed');
  expect(code, output).toBe(0);
});

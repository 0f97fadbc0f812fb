/** The fixture for Playwright, as an application uses it: Playwright's own runner runs a file of tests, in Chromium. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { hasChromium, sayIfSkipped } from '../support/chromium.js';

sayIfSkipped('test/playwright/fixture');

const root = resolve(import.meta.dirname, '../..');
const cli = createRequire(import.meta.url).resolve('@playwright/test/cli');

describe.skipIf(!hasChromium)('bailiff-local/playwright', () => {
  it('gives each worker an instance and an application, signs pages in, and resets between tests', async () => {
    const output = mkdtempSync(join(tmpdir(), 'bailiff-playwright-'));
    const environment = Object.entries(process.env).filter(([name]) => !/^(CLERK_|VITE|NODE_OPTIONS$)/.test(name));
    const child = spawn(
      process.execPath,
      [cli, 'test', '--config', join(root, 'test/playwright/specs/playwright.config.ts')],
      { cwd: root, env: { ...Object.fromEntries(environment), NODE_ENV: 'test', OUTPUT_DIR: output } },
    );
    const [printed, code] = await Promise.all([text(child.stdout), new Promise((done) => child.once('close', done))]);
    rmSync(output, { recursive: true, force: true });
    expect(code, printed).toBe(0);
    expect(printed).toContain('5 passed');
  }, 240_000);
});

/** Every test runs in exactly one bucket, and `npm run test:unit` keeps its promise. */
import { spawnSync } from 'node:child_process';
import { connect, createServer } from 'node:net';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import config from '../vitest.config.js';
import { BUCKETS, TEST_FILES, bucketOf } from './support/buckets.js';

const root = join(import.meta.dirname, '..');
const projects = (config.test?.projects ?? []) as {
  test: { name: string; include: string[]; setupFiles?: string[] };
}[];

describe('buckets', () => {
  it('hold every test file exactly once', () => {
    const included = projects.flatMap(({ test }) => test.include);
    expect(included.length).toBeGreaterThan(150);
    expect([...included].sort()).toEqual([...TEST_FILES].sort());
  });

  it('each has a script and runs by its name', () => {
    const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      scripts: Record<string, string>;
    };
    expect(projects.map(({ test }) => test.name)).toEqual(BUCKETS);
    for (const bucket of BUCKETS) expect(scripts[`test:${bucket}`]).toContain(`--project ${bucket}`);
    // Without a project it is all of them.
    expect(scripts['test']).toBe('vitest run');
  });

  it.each([
    ['test/verify/jwt.test.ts', 'unit'],
    ['test/adapters/contract.test.ts', 'http'],
    ['test/types/compiled.test.ts', 'types'],
    ['test/browser/sign-in.test.ts', 'e2e'],
  ])('%s is %s', (file, bucket) => {
    expect(bucketOf(file)).toBe(bucket);
  });

  it('unit tests cannot listen, connect or start a process', async () => {
    expect(projects.find(({ test }) => test.name === 'unit')?.test.setupFiles).toEqual(['test/support/stay-inside.ts']);
    // As that file leaves this process: none of the others has it.
    await import('./support/stay-inside.js');
    expect(() => createServer().listen(0)).toThrow('may not listen');
    expect(() => connect(1)).toThrow('may not connect');
    expect(() => spawnSync(process.execPath)).toThrow('may not start a process');
  });
});

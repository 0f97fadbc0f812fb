/**
 * The projects that test/realms.test.ts runs in a process of their own: an application's tests under environments whose objects are
 * not Node's.
 */
import { mergeConfig } from 'vitest/config';
import base from '../../vitest.config.js';

const { environment = 'node', pool = 'forks' } = JSON.parse(process.env['REALM'] ?? '{}') as Record<string, string>;

export default mergeConfig(
  { resolve: base.resolve },
  {
    test: {
      root: import.meta.dirname,
      include: ['*.spec.ts'],
      environment,
      pool: pool as 'forks',
      environmentOptions: { happyDOM: { url: process.env['REALM_ORIGIN'] } },
      testTimeout: 20_000,
    },
  },
);

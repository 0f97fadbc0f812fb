/**
 * Thousands of generated requests, decided by `@clerk/backend` and by Bailiff: equal in status, reason, redirect, cookies
 * and identity, but for the deliberate differences in `differences.ts`.
 *
 * `BAILIFF_DIFFERENTIAL_CASES` sets how many, `BAILIFF_DIFFERENTIAL_SEED` which.
 */
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createComparison } from './compare.js';
import { DIFFERENCES } from './differences.js';
import { createRandom, generateCase } from './generate.js';
import { REGRESSIONS } from './regressions.js';
import { createFixtures, type Fixtures } from './fixtures.js';

const CASES = Number(process.env['BAILIFF_DIFFERENTIAL_CASES'] ?? 3000);
const SEED = Number(process.env['BAILIFF_DIFFERENTIAL_SEED'] ?? 20_261_123);
/** Enough to see a pattern, few enough to read. */
const SHOWN = 5;

let fixtures: Fixtures;
let compare: ReturnType<typeof createComparison>;
beforeAll(async () => {
  // The library explains itself on the console, several lines for each odd request.
  for (const method of ['error', 'warn', 'log', 'info'] as const)
    vi.spyOn(console, method).mockImplementation(() => undefined);
  fixtures = await createFixtures();
  compare = createComparison(fixtures);
});
afterAll(async () => {
  vi.restoreAllMocks();
  await fixtures.close();
});

test(
  `${CASES} generated requests (seed ${SEED}) are decided as @clerk/backend decides them`,
  async () => {
    const random = createRandom(SEED);
    const unexplained: string[] = [];
    const statuses = new Set<string>();
    const used = new Set<string>();
    for (let index = 0; index < CASES; index += 1) {
      const given = generateCase(random);
      const { expected, actual, explained } = await compare(given);
      statuses.add(actual.status);
      for (const name of explained) used.add(name);
      if (JSON.stringify(expected) !== JSON.stringify(actual)) {
        unexplained.push(
          `// case ${index} of seed ${SEED}; for regressions.ts:\n${JSON.stringify(given)},\n${difference(expected, actual)}`,
        );
      }
    }
    expect(unexplained.slice(0, SHOWN).join('\n\n'), `${unexplained.length} unexplained differences`).toBe('');
    expect([...statuses].sort()).toEqual(['handshake', 'signed-in', 'signed-out', 'unavailable']);
    // A rule that never applies explains nothing any more.
    if (CASES >= 3000) expect(DIFFERENCES.map(({ name }) => name).filter((name) => !used.has(name))).toEqual([]);
  },
  60_000 + CASES * 20,
);

test.each(REGRESSIONS.map((given) => [JSON.stringify(given), given] as const))('%s', async (_, given) => {
  const { expected, actual } = await compare(given);
  expect(actual).toEqual(expected);
});

function difference<T extends object>(expected: T, actual: T): string {
  const keys = Object.keys(expected) as (keyof T & string)[];
  return keys
    .filter((key) => JSON.stringify(expected[key]) !== JSON.stringify(actual[key]))
    .map(
      (key) =>
        `//   ${key}: expected ${JSON.stringify(expected[key])}\n//   ${' '.repeat(key.length)}  answered ${JSON.stringify(actual[key])}`,
    )
    .join('\n');
}

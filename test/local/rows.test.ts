/** The feature table of the offline instance: each of its rows is shown by tests that carry its number, and this looks that none is missing. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const ROWS: Readonly<Record<number, string>> = {
  1: 'every operation of the document, stateful',
  2: 'every method of the official client',
  3: 'request validation from the document',
  4: 'answers valid against the document',
  5: 'referential integrity, invitations and restrictions',
  6: 'session tokens of version 2',
  7: 'JWT templates',
  8: 'handshake, refresh, development browser',
  9: 'sign-in page in a browser',
  10: 'machine tokens',
  11: 'OAuth tokens',
  12: 'key rotation',
  13: 'time travel',
  14: 'fault injection',
  15: 'deterministic seeds',
  16: 'snapshot, fork, persistence',
  17: 'Vitest helpers',
  18: 'strict keys',
  19: 'webhooks',
  20: 'request requestLog',
  21: 'the command',
  22: 'safety',
  23: 'speed: measured by bench/local.mjs, since a test has no wall-clock limits',
};

const root = join(import.meta.dirname, '../..');
const measured = 23;

/** Titles of suites and tests, as they stand in the source. */
function titles(): string[] {
  return ['test/local', 'test/cli', 'test/browser'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.test.ts'))
      .flatMap((file) => {
        const source = readFileSync(join(root, folder, file), 'utf8');
        return [...source.matchAll(/\b(?:describe|it)\b[^'"`\n]*(?:\n\s*)?['"`](row \d+\b.*)/g)].map(
          ([, title = '']) => title,
        );
      }),
  );
}

it.each(Object.entries(ROWS))('row %s has its test: %s', (row) => {
  if (Number(row) === measured) {
    const bench = readFileSync(join(root, 'bench/local.mjs'), 'utf8');
    for (const goal of ['< 50 ms', '< 250 ms', '< 2 ms', '< 1 ms', '50 %', '80 %']) expect(bench).toContain(goal);
  } else {
    expect(titles().filter((title) => new RegExp(`^row ${row}\\b`).test(title))).not.toEqual([]);
  }
});

import { join } from 'node:path';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { compile, problemsOf } from '../../support/compiler.js';

const file = join(import.meta.dirname, 'registered.ts');

/** What the compiler says about the application, whose text may be changed. */
function diagnose(change: (text: string) => string = (text) => text): string[] {
  const program = compile([], new Map([[file, change(readFileSync(file, 'utf8'))]]));
  return problemsOf(program, file).map(({ line, message }) => `${line} ${message}`);
}

describe('Register', () => {
  it(
    'narrows roles, permissions and claims, so that every typo is an error, and nothing else',
    { timeout: 120_000 },
    () => {
      expect(diagnose()).toEqual([]);
    },
  );

  it('is necessary: without it, the same typos compile', { timeout: 120_000 }, () => {
    const unused = diagnose((text) => text.replace('interface Register {', 'interface SomethingElse {'));
    expect(unused.filter((message) => message.includes("Unused '@ts-expect-error'"))).toHaveLength(8);
  });
});

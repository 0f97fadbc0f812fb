import { ConfigurationError } from 'bailiff';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { keptBody } from '../../../src/core/proxy/kept-body.js';

const announcing = (length: number | string | null) => ({
  header: (name: string) => (name === 'content-length' && length !== null ? String(length) : null),
});
const kept = (length: number | string | null, ...given: unknown[]) => keptBody(given, announcing(length), 'Keep it.');
const bytes = Uint8Array.of(0, 255, 97);

describe('kept bytes of a body', () => {
  test.each<readonly [string, unknown]>([
    ['a Buffer', Buffer.from(bytes)],
    ['an array', bytes],
    ['a part of a larger one', Uint8Array.of(9, 9, 0, 255, 97, 9).subarray(2, 5)],
    ['a view', new DataView(bytes.buffer)],
    ['a buffer', bytes.buffer],
    ['a buffer of another realm', Object.defineProperty(bytes.slice().buffer, 'constructor', { value: null })],
  ])('are accepted as %s, with and without an announced length', (_, given) => {
    expect(kept(3, given)).toEqual(bytes);
    expect(kept(null, given)).toEqual(bytes);
    for (const other of [2, 4, 0, 'x']) expect(() => kept(other, given)).toThrow(ConfigurationError);
  });

  test.each<readonly [string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['an object', { a: 1 }],
    ['a list', [0, 255, 97]],
    ['a number', 3],
    ['what says that it is one', { length: 3, byteLength: 3 }],
  ])('are refused as %s', (_, given) => {
    expect(() => kept(3, given)).toThrow(ConfigurationError);
    expect(() => kept(null, given)).toThrow(/Frontend API proxy.*not kept.*Keep it\./);
  });

  test('are the first good ones', () => {
    expect(kept(3, undefined, 'xxxx', Uint8Array.of(1), bytes, Uint8Array.of(1, 2, 3))).toEqual(bytes);
    expect(() => kept(null)).toThrow(ConfigurationError);
  });

  test('are accepted as text of the right length without replacement characters', () => {
    expect(kept(4, 'aäb')).toEqual(new TextEncoder().encode('aäb'));
    for (const [length, text] of [
      [null, 'aäb'],
      [3, 'aäb'],
      [3, '\uFFFD'],
      [1, '\uFFFD'],
      [5, 'a\uFFFDb'],
    ] as const)
      expect(() => kept(length, text)).toThrow(ConfigurationError);
  });

  test('property: restore a body that was read as UTF-8, or are refused', () => {
    const body = fc.oneof(
      fc.uint8Array({ maxLength: 12 }),
      fc.string({ unit: 'binary' }).map((text) => Buffer.from(text)),
    );
    fc.assert(
      fc.property(body, (came) => {
        const text = new TextDecoder().decode(came);
        let found: Uint8Array | null = null;
        try {
          found = kept(came.length, text);
        } catch {
          // Not at all.
        }
        if (found !== null) expect(Buffer.from(found).equals(Buffer.from(came))).toBe(true);
        else expect(Buffer.from(text).equals(Buffer.from(came)) && !text.includes('\uFFFD')).toBe(false);
      }),
    );
  });
});

import { afterEach, expect, it, vi } from 'vitest';
import { warnOnce } from '../../src/core/warn-once.js';

afterEach(() => void vi.restoreAllMocks());

it('says each thing once', () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
  for (const topic of ['a', 'b', 'a', 'a', 'b']) warnOnce(`once.${topic}`, `about ${topic}`);
  expect(warn.mock.calls).toEqual([['bailiff: about a'], ['bailiff: about b']]);
});

it('throws nothing, whatever the console does, and without one', () => {
  vi.spyOn(console, 'warn').mockImplementation(() => {
    throw new Error('console');
  });
  expect(() => warnOnce('loud', 'x')).not.toThrow();
  vi.stubGlobal('console', undefined);
  try {
    expect(() => warnOnce('silent', 'x')).not.toThrow();
  } finally {
    vi.unstubAllGlobals();
  }
});

/** `instanceof` across two copies of one class, as the ES modules and the CommonJS build are. */
import { expect, it } from 'vitest';
import { isInstance } from '../../src/ground/class-brand.js';

const copy = () => {
  class Base extends Error {
    static readonly bailiffClass: string = 'Base';
    static override [Symbol.hasInstance](value: unknown): boolean {
      return isInstance(this, value);
    }
  }
  class Refused extends Base {
    static override readonly bailiffClass = 'Refused';
  }
  class Own extends Refused {}
  return { Base, Refused, Own };
};

it('recognizes an instance of the other copy and of a subclass, and nothing else', () => {
  const [one, other] = [copy(), copy()];
  expect(new one.Refused() instanceof other.Refused).toBe(true);
  expect(new one.Refused() instanceof other.Base).toBe(true);
  expect(new one.Own() instanceof other.Refused).toBe(true);
  expect(new one.Base() instanceof other.Refused).toBe(false);
  // A subclass of an application has no brand of its own.
  expect(new one.Refused() instanceof one.Own).toBe(false);
  expect(new one.Own() instanceof other.Own).toBe(false);
  expect(new one.Own() instanceof one.Own).toBe(true);
});

it('refuses any other thrown value without reading it', () => {
  const { Base } = copy();
  const trap = new Proxy(
    {},
    {
      get: () => {
        throw new Error('read');
      },
      getOwnPropertyDescriptor: () => {
        throw new Error('read');
      },
    },
  );
  for (const value of [null, undefined, 0, '', false, {}, [], new Error('x'), Object.create(null), trap, () => 1])
    expect(value instanceof Base).toBe(false);
});

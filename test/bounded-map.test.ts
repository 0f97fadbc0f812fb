import fc from 'fast-check';
import { LRUCache } from 'lru-cache';
import { describe, expect, it } from 'vitest';
import { BoundedMap } from '../src/bounded-map.js';

describe('BoundedMap', () => {
  it('forgets what was not used for longest; looking is no use', () => {
    const map = new BoundedMap<number>(3);
    for (const key of ['a', 'b', 'c']) map.set(key, 1);
    expect(map.get('a')).toBe(1);
    expect(map.peek('b')).toBe(1);
    map.set('d', 2);
    expect(['a', 'b', 'c', 'd'].map((key) => map.peek(key))).toEqual([1, undefined, 1, 2]);
    expect(map.size).toBe(3);
  });

  it('what is too heavy for the whole map is not kept, nor what stood in its place', () => {
    const map = new BoundedMap<number>(3, 10);
    map.set('a', 1, 5);
    map.set('a', 2, 11);
    expect(map.size).toBe(0);
    map.set('a', 3, 10);
    expect(map.get('a')).toBe(3);
  });

  it('with no places nothing is kept', () => {
    const map = new BoundedMap<number>(0);
    map.set('a', 1);
    expect(map.size).toBe(0);
  });

  it('forgets what matches', () => {
    const map = new BoundedMap<number>(9, 100);
    for (let n = 0; n < 9; n += 1) map.set(`${n}`, n, 10);
    map.deleteWhere((n) => n % 2 === 0);
    expect(map.size).toBe(4);
    map.set('heavy', 9, 60);
    expect(map.size).toBe(5);
  });

  it('holds what lru-cache holds, whatever is done to both', () => {
    const key = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f');
    const step = fc.oneof(
      fc.record({ act: fc.constant('set' as const), key, weight: fc.integer({ min: 1, max: 12 }) }),
      fc.record({ act: fc.constantFrom('get' as const, 'peek' as const, 'delete' as const), key }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), fc.integer({ min: 1, max: 5 }), (steps, max) => {
        const ours = new BoundedMap<number>(max, 20);
        const judge = new LRUCache<string, number>({ max, maxSize: 20 });
        for (const [n, { act, key: at, ...rest }] of steps.entries()) {
          if (act === 'set') {
            const { weight } = rest as { weight: number };
            ours.set(at, n, weight);
            judge.set(at, n, { size: weight });
          } else if (act === 'delete') {
            ours.delete(at);
            judge.delete(at);
          } else expect(ours[act](at)).toBe(judge[act](at));
          expect(ours.size).toBe(judge.size);
        }
        for (const at of ['a', 'b', 'c', 'd', 'e', 'f']) expect(ours.peek(at)).toBe(judge.peek(at));
      }),
    );
  });
});

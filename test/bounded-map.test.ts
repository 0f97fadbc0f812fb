import fc from 'fast-check';
import { LRUCache } from 'lru-cache';
import { describe, expect, it } from 'vitest';
import { BoundedMap } from '../src/bounded-map.js';

describe('BoundedMap', () => {
  it('forgets in the order of coming, but gives what was used another round; looking is no use', () => {
    const map = new BoundedMap<number>(3);
    for (const key of ['a', 'b', 'c']) map.set(key, 1);
    expect(map.get('a')).toBe(1);
    expect(map.peek('b')).toBe(1);
    map.set('d', 2);
    expect(['a', 'b', 'c', 'd'].map((key) => map.peek(key))).toEqual([1, undefined, 1, 2]);
    map.set('e', 2);
    expect(['a', 'c', 'd', 'e'].map((key) => map.peek(key))).toEqual([1, undefined, 2, 2]);
    map.set('f', 2);
    expect(map.peek('a'), 'one use is worth one round').toBeUndefined();
    expect(map.size).toBe(3);
  });

  it('takes in what is new where everything is in use', () => {
    const map = new BoundedMap<number>(3);
    for (const key of ['a', 'b', 'c']) map.set(key, 1);
    for (const key of ['a', 'b', 'c']) map.get(key);
    map.set('d', 1);
    expect(['a', 'b', 'c', 'd'].map((key) => map.peek(key))).toEqual([undefined, 1, 1, 1]);
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

  const key = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f');
  const set = fc.record({ act: fc.constant('set' as const), key, weight: fc.integer({ min: 1, max: 12 }) });
  const other = (...acts: ('get' | 'peek' | 'delete')[]) => fc.record({ act: fc.constantFrom(...acts), key });

  it('holds what lru-cache holds where nothing is used, whatever else is done to both', () => {
    const steps = fc.array(fc.oneof(set, other('peek', 'delete')), { maxLength: 60 });
    fc.assert(
      fc.property(steps, fc.integer({ min: 1, max: 5 }), (steps, max) => {
        const ours = new BoundedMap<number>(max, 20);
        const judge = new LRUCache<string, number>({ max, maxSize: 20 });
        for (const [n, step] of steps.entries()) {
          if (step.act === 'set') {
            ours.set(step.key, n, step.weight);
            judge.set(step.key, n, { size: step.weight });
          } else if (step.act === 'delete') {
            ours.delete(step.key);
            judge.delete(step.key);
          } else expect(ours.peek(step.key)).toBe(judge.peek(step.key));
          expect(ours.size).toBe(judge.size);
        }
        for (const at of ['a', 'b', 'c', 'd', 'e', 'f']) expect(ours.peek(at)).toBe(judge.peek(at));
      }),
    );
  });

  it('keeps within its bounds, gives nothing but what was put in last, and never drops a used entry before an unused one', () => {
    const steps = fc.array(fc.oneof(set, other('get', 'peek', 'delete')), { maxLength: 80 });
    fc.assert(
      fc.property(steps, fc.integer({ min: 1, max: 5 }), (steps, max) => {
        const map = new BoundedMap<number>(max, 20);
        const put = new Map<string, { value: number; weight: number }>();
        /** Used since the map last had to drop something, and ever since it came. */
        let used = new Set<string>();
        const everUsed = new Set<string>();
        for (const [n, step] of steps.entries()) {
          if (step.act === 'set') {
            const before = [...put.keys()].filter((at) => at !== step.key && map.peek(at) !== undefined);
            map.set(step.key, n, step.weight);
            put.set(step.key, { value: n, weight: step.weight });
            const dropped = before.filter((at) => map.peek(at) === undefined);
            const spared = before.filter((at) => map.peek(at) !== undefined && !everUsed.has(at));
            if (dropped.length === 1 && used.has(dropped[0]!)) expect(spared).toEqual([]);
            if (dropped.length > 0) used = new Set();
            used.delete(step.key);
            everUsed.delete(step.key);
          } else if (step.act === 'delete') {
            map.delete(step.key);
            put.delete(step.key);
          } else {
            const found = map[step.act](step.key);
            if (found !== undefined) expect(found).toBe(put.get(step.key)?.value);
            if (found === undefined || step.act === 'peek') continue;
            used.add(step.key);
            everUsed.add(step.key);
          }
          const held = [...put].filter(([at]) => map.peek(at) !== undefined);
          expect(map.size).toBe(held.length);
          expect(map.size).toBeLessThanOrEqual(max);
          expect(held.reduce((sum, [, { weight }]) => sum + weight, 0)).toBeLessThanOrEqual(20);
        }
      }),
      { numRuns: 500 },
    );
  });
});

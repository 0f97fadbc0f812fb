import { describe, expect, test } from 'vitest';
import { isBelow, targetOf } from '../../../src/core/proxy/proxied-path.js';

describe('path and query of a target', () => {
  test.each([
    ['/__clerk/v1?x=1', '/__clerk/v1?x=1'],
    ['//evil.example/x', '//evil.example/x'],
    ['https://app.example/__clerk', '/__clerk'],
    ['HTTPS://app.example/__clerk', '/__clerk'],
    ['https://app.example', '/'],
    // What stands in a query is no path, and a scheme there is not the target's.
    ['https://app.example?to=/__clerk', '/?to=/__clerk'],
    ['https://app.example?to=https://evil.example/__clerk', '/?to=https://evil.example/__clerk'],
    ['https://app.example#/__clerk', '/#/__clerk'],
    ['/a?to=https://evil.example/__clerk', '/a?to=https://evil.example/__clerk'],
    ['me?to=https://evil.example/__clerk', '/'],
    ['*', '/'],
  ])('%s', (url, target) => {
    expect(targetOf(url)).toBe(target);
  });
});

describe('a path below the public path', () => {
  test.each([
    ['/__clerk', true],
    ['/__clerk/', true],
    ['/__clerk/v1', true],
    ['/__clerk?x', true],
    ['/__clerk/../admin', true],
    ['/__clerkX', false],
    ['/__clerk%2fv1', false],
    ['/__cler%6b/v1', false],
    ['/__clerk;x/v1', false],
    ['/x/../__clerk', false],
    ['/admin?/__clerk', false],
    ['//__clerk/v1', false],
    ['/', false],
  ])('%s: %s', (target, expected) => {
    expect(isBelow(target, '/__clerk')).toBe(expected);
  });
});

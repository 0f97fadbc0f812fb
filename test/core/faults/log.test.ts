/** What the server's own log is told: warnings once, faults with class, stack and causes, and no flood of either. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createLog } from '../../../src/core/faults/log.js';
import { resolveLog } from '../../../src/core/config/resolve.js';

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

function recorder() {
  const warnings: string[] = [];
  const errors: string[] = [];
  const logger = { warn: (text: string) => warnings.push(text), error: (text: string) => errors.push(text) };
  return { warnings, errors, logger, log: createLog(logger) };
}

describe('warnings', () => {
  it('are written once each, to the console or the logger', () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    for (const topic of ['a', 'b', 'a', 'a', 'b']) createLog(null).warn(`once.${topic}`, `about ${topic}`);
    expect(warn.mock.calls).toEqual([['bailiff: about a'], ['bailiff: about b']]);
    const { log, warnings } = recorder();
    log.warn('once.c', 'about c');
    log.warn('once.c', 'about c');
    expect(warnings).toEqual(['bailiff: about c']);
    expect(warn).toHaveBeenCalledTimes(2);
  });

  it('are dropped with `logger: false`, and still reach other authenticators', () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    createLog(false).warn('wanted', 'x');
    expect(warn).not.toHaveBeenCalled();
    createLog(null).warn('wanted', 'x');
    expect(warn).toHaveBeenCalledTimes(1);
  });
});

describe('a logger that fails', () => {
  it.each<[string, () => unknown]>([
    [
      'throws',
      () => {
        throw new Error('logger');
      },
    ],
    ['rejects', () => Promise.reject(new Error('logger'))],
    [
      'gives a broken thenable',
      () => ({
        then: () => {
          throw new Error('then');
        },
      }),
    ],
  ])('is ignored: %s', async (name, fail) => {
    const log = createLog({ warn: fail, error: fail });
    expect(() => log.warn(`failing.${name}`, 'x')).not.toThrow();
    expect(() => log.fault(new Error('x'), 'test', () => 0)).not.toThrow();
    await new Promise((resolve) => setImmediate(resolve));
  });

  it('is never replaced by the console', () => {
    vi.stubGlobal('console', undefined);
    expect(() => createLog(null).warn('silent', 'x')).not.toThrow();
    expect(() => createLog(null).fault(new Error('x'), 'test', () => 0)).not.toThrow();
  });
});

describe('faults', () => {
  it('are written with class, message, stack and causes', () => {
    const { log, errors } = recorder();
    log.fault(new RangeError('outer', { cause: new TypeError('inner', { cause: 'text' }) }), 'test', () => 0);
    expect(errors).toHaveLength(1);
    expect(errors[0]).toMatch(
      /^bailiff: a fault during test: RangeError: outer\n\s+at .*log\.test\.ts[^]*Caused by: TypeError: inner\n\s+at [^]*Caused by: text$/,
    );
  });

  it('cannot write lines or terminal codes of their own', () => {
    const { log, errors } = recorder();
    log.fault(new Error('one\r\nbailiff: forged \u001b[31m\u2028'), 'test', () => 0);
    expect(errors[0]?.split('\n')[0]).toBe(
      'bailiff: a fault during test: Error: one\\u000d\\u000abailiff: forged \\u001b[31m\\u2028',
    );
    expect(errors[0]).not.toMatch(/^bailiff: forged/m);
  });

  it('are written once a minute for one place, with the number of suppressed ones', () => {
    const { log, errors } = recorder();
    let time = 1_000;
    const same = () => log.fault(new Error(`number ${String(time)}`), 'test', () => time);
    for (let use = 0; use < 1_000; use += 1) same();
    expect(errors).toHaveLength(1);
    time += 59_999;
    same();
    expect(errors).toHaveLength(1);
    time += 1;
    same();
    expect(errors).toHaveLength(2);
    expect(errors[1]).toContain('(and 1000 more like it)');
  });

  it('are written up to twenty times a minute for many places', () => {
    const { log, errors } = recorder();
    let time = 0;
    const from = (place: number) =>
      log.fault(
        Object.assign(new Error('x'), { stack: `Error: x\n    at place${String(place)} (a.js:1:1)` }),
        'test',
        () => time,
      );
    for (let place = 0; place < 500; place += 1) from(place);
    expect(errors).toHaveLength(20);
    time += 60_000;
    from(499);
    expect(errors).toHaveLength(21);
  });

  it('are written once even if the clock fails', () => {
    const { log, errors } = recorder();
    const now = () => {
      throw new Error('clock');
    };
    for (let use = 0; use < 3; use += 1) log.fault(new Error('x'), 'test', now);
    expect(errors).toHaveLength(1);
  });
});

it('accepts false or an object with both methods only', () => {
  for (const good of [null, undefined, false, console, recorder().logger] as const)
    expect(() => resolveLog(good)).not.toThrow();
  for (const bad of [true, 'console', {}, { warn: () => undefined }, () => undefined]) {
    expect(() => resolveLog(bad as never)).toThrow(/logger/);
  }
});

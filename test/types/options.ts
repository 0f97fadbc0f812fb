/** docs/options.md: as the types say, and the types as the code does. */
import { readFileSync } from 'node:fs';
import { createBackendApi } from 'bailiff/api';
import { describe, expect, it } from 'vitest';
import { PAGE, SECTIONS, SOURCES, optionsPage, rowsOf } from '../../scripts/options-page.mjs';
import { resolveOptions } from '../../src/api/options.js';
import { CONFIG_VARIABLES, resolveConfig } from '../../src/core/config/resolve.js';
import { compile } from '../support/compiler.js';

const program = compile(SOURCES);
const rows = (type: string) =>
  rowsOf(
    program,
    SECTIONS.find((section) => section.type === type)!,
  );
const at = (config: object, path: string): unknown =>
  path.split('.').reduce<unknown>((value, key) => (value as Record<string, unknown> | null)?.[key], config);
/** A default that is a value: `10,000`, `` `true` ``, `` `'text'` ``, `` `text` ``. Undefined: words. */
function valueOf(fallback: string): unknown {
  if (/^[\d,]+$/.test(fallback)) return Number(fallback.replaceAll(',', ''));
  const code = /^`([^`]+)`$/.exec(fallback)?.[1];
  if (code === undefined || code === 'Date.now') return undefined;
  return /^(true|false)$/.test(code) ? code === 'true' : code.replace(/^'(.*)'$/, '$1');
}

const PUBLISHABLE_KEY = `pk_test_${btoa('clerk.example.com$')}`;
/** A value for each variable that shows in the configuration. */
const SAMPLES: Readonly<Record<string, string>> = {
  CLERK_SECRET_KEY: 'sk_test_another',
  CLERK_PUBLISHABLE_KEY: PUBLISHABLE_KEY,
  CLERK_JWT_KEY: 'a public key',
  CLERK_MACHINE_SECRET_KEY: 'ak_machine',
  CLERK_MACHINE_ID: 'mch_1',
  CLERK_API_URL: 'https://api.example.com',
  CLERK_API_VERSION: 'v2',
  CLERK_DOMAIN: 'shop.example.com',
  CLERK_IS_SATELLITE: 'true',
  CLERK_PROXY_URL: 'https://example.com/__clerk',
  CLERK_SIGN_IN_URL: 'https://example.com/sign-in',
  CLERK_SIGN_UP_URL: 'https://example.com/sign-up',
};

describe('docs/options.md', () => {
  it('lists what the types declare', { timeout: 120_000 }, async () => {
    const page = await optionsPage(program);
    // Not `toBe`: the difference of two long pages hides what to do about it.
    expect(readFileSync(PAGE, 'utf8') === page, 'docs/options.md is out of date: npm run docs:api').toBe(true);
  });

  it.each(SECTIONS.map(({ type }) => type))('says of each option of %s what it changes', (type) => {
    const found = rows(type);
    expect(found.length).toBeGreaterThan(0);
    for (const { name, about, since } of found) {
      expect(about, name).toMatch(/\.$/);
      expect(since, name).toMatch(/^\d+\.\d+\.\d+$/);
    }
  });

  it('says what applies if an option is not given', () => {
    const silent = SECTIONS.flatMap(({ type }) => rows(type).map((row) => ({ ...row, type }))).filter(
      ({ variable, fallback }) => variable === '' && fallback === '',
    );
    expect(silent.map(({ type, name }) => `${type}.${name}`)).toEqual([]);
  });

  it.each([
    ['AuthenticatorOptions', resolveConfig({ secretKey: 'sk_test_one' }, {})],
    ['BackendApiOptions', resolveOptions({}, {})],
  ])('%s: the defaults are those of the code', (type, config) => {
    const values = rows(type).filter(({ fallback }) => valueOf(fallback) !== undefined);
    expect(values.length).toBeGreaterThan(2);
    for (const { name, fallback } of values) expect(at(config, name), name).toEqual(valueOf(fallback));
  });

  it('names every variable that the code reads, at its option', () => {
    const named = rows('AuthenticatorOptions').filter(({ variable }) => variable !== '');
    expect(named.map(({ variable }) => variable).sort()).toEqual([...CONFIG_VARIABLES].sort());
    const satellite = { CLERK_DOMAIN: 'example.com', CLERK_SIGN_IN_URL: 'https://example.com/' };
    for (const { name, variable } of named) {
      const base = { CLERK_SECRET_KEY: 'sk_test_one', ...(variable === 'CLERK_IS_SATELLITE' && satellite) };
      const [without, given] = [resolveConfig({}, base), resolveConfig({}, { ...base, [variable]: SAMPLES[variable] })];
      expect(at(given, name), variable).not.toEqual(at(without, name));
    }
    expect(() => createBackendApi({}, { CLERK_API_VERSION: 'two' })).toThrow(/CLERK_API_VERSION/);
  });

  it('gives the unit of each number that has one', () => {
    const numbers = SECTIONS.flatMap(({ type }) => rows(type)).filter(({ name }) => /(Ms|Seconds|Bytes)$/.test(name));
    expect(numbers.length).toBeGreaterThan(8);
    const unit = (name: string) => (/Ms$/.test(name) ? 'ms' : /Seconds$/.test(name) ? 's' : 'bytes');
    for (const row of numbers) expect(row.unit, row.name).toBe(unit(row.name));
  });
});

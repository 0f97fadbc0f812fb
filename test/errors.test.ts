/** docs/errors.md has a section for every code, and errors lead there. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  AuthenticationFaultError,
  AuthUnavailableError,
  ConfigurationError,
  REQUEST_REASONS,
  TOKEN_REASONS,
  TokenVerificationError,
  type TokenReason,
} from 'bailiff';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');
/** By anchor, as GitHub makes it of a heading. */
const sections = new Map(
  readFileSync(join(root, 'docs/errors.md'), 'utf8')
    .split(/^##+ /m)
    .map((section) => {
      const [heading = '', ...lines] = section.split('\n');
      return [heading.replaceAll('`', '').toLowerCase().replaceAll(' ', '-'), lines.join(' ').replace(/\s+/g, ' ')];
    }),
);
const anchorOf = (code: string) => code.toLowerCase().replaceAll(' ', '-');

describe('docs/errors.md', () => {
  it.each(Object.entries({ ...TOKEN_REASONS, ...REQUEST_REASONS }))('explains %s', (reason, info) => {
    const section = sections.get(anchorOf(reason));
    for (const text of [info.meaning, info.remedy, String(info.status)]) expect(section).toContain(text);
  });

  it('explains every other code that stands in the sources', () => {
    const files = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' });
    const codes = files
      .filter((file) => /errors\.ts$/.test(file))
      .flatMap((file) => [
        ...readFileSync(join(root, 'src', file), 'utf8').matchAll(/ code = '([^']+)'|^ {2}'([a-z-]+)': \[$/gm),
      ])
      .map(([, own, row]) => own ?? row ?? '');
    expect(codes).toEqual(expect.arrayContaining(['configuration-invalid', 'auth-unavailable', 'body-too-large']));
    for (const code of codes) expect(sections.has(code), code).toBe(true);
  });

  it.each<[string, ConfigurationError | AuthenticationFaultError | AuthUnavailableError | TokenVerificationError]>([
    ['a configuration', new ConfigurationError('secretKey', 'It is missing.', 'Set it.')],
    ['a fault', new AuthenticationFaultError()],
    ['an outage', new AuthUnavailableError('unexpected-error', 'Clerk did not answer.', 1)],
    ...Object.keys(TOKEN_REASONS).map((reason): [string, TokenVerificationError] => [
      reason,
      new TokenVerificationError(reason as TokenReason, 'The token is bad.'),
    ]),
  ])('is where the message of %s leads', (_, error) => {
    const address = /https:\/\/\S+\/docs\/errors\.md#([\w-]+)$/.exec(error.message);
    expect(address?.[1]).toBe(error.code);
    expect(sections.has(address?.[1] ?? '')).toBe(true);
  });
});

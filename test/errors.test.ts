/** docs/errors.md has a section for every code, and errors lead there. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  AuthenticationFaultError,
  AuthUnavailableError,
  type BailiffError,
  ConfigurationError,
  REQUEST_REASONS,
  TOKEN_REASONS,
  TokenVerificationError,
  type TokenReason,
} from 'bailiff';
import { BackendApiError, InvalidArgumentError } from 'bailiff/api';
import { WebhookVerificationError, type WebhookErrorCode } from 'bailiff/webhooks';
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
const textOf = (file: string) => readFileSync(join(root, 'src', file), 'utf8');
/** The codes that stand in the sources of the two families that have several. */
const WEBHOOK_CODES = [...textOf('webhooks/errors.ts').matchAll(/^ {2}'([a-z-]+)': \[$|^ {2}'([a-z-]+)': \['/gm)].map(
  ([, one, other]) => (one ?? other) as WebhookErrorCode,
);
const BACKEND_API_CODES = /type BackendApiFailure = (.*);/
  .exec(textOf('ground/backend-api-error.ts'))![1]!
  .split(' | ')
  .map((text) => text.slice(1, -1));
const anchorOf = (code: string) => code.toLowerCase().replaceAll(' ', '-');

const sectionOf = (error: Error) => /https:\/\/\S+\/docs\/errors\.md#([\w-]+)$/.exec(error.message)?.[1] ?? '';

describe('docs/errors.md', () => {
  it.each(Object.entries({ ...TOKEN_REASONS, ...REQUEST_REASONS }))('explains %s', (reason, info) => {
    const section = sections.get(anchorOf(reason));
    for (const text of [info.meaning, info.remedy, String(info.status)]) expect(section).toContain(text);
  });

  it('explains every other code in the sources', () => {
    const files = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' });
    const own = files
      .filter((file) => /errors\.ts$/.test(file))
      .flatMap((file) => [...textOf(file).matchAll(/ code = '([^']+)'/g)])
      .map(([, code]) => code!);
    const codes = [...own, ...WEBHOOK_CODES, ...BACKEND_API_CODES];
    expect(codes).toEqual(
      expect.arrayContaining([
        'configuration-invalid',
        'auth-unavailable',
        'invalid-argument',
        'body-too-large',
        'timestamp-invalid',
        'network-error',
        'unexpected-response',
      ]),
    );
    for (const code of codes) expect(sections.has(code), code).toBe(true);
  });

  it.each<[string, BailiffError]>([
    ['a configuration', new ConfigurationError('secretKey', 'It is missing.', 'Set it.')],
    ['a fault', new AuthenticationFaultError()],
    ['an outage', new AuthUnavailableError('unexpected-error', 'Clerk did not answer.', 1)],
    ...Object.keys(TOKEN_REASONS).map((reason): [string, TokenVerificationError] => [
      reason,
      new TokenVerificationError(reason as TokenReason, 'The token is bad.'),
    ]),
    ['an argument', new InvalidArgumentError('users.get: an id is empty.')],
    ...WEBHOOK_CODES.map((code): [string, BailiffError] => [code, new WebhookVerificationError(code)]),
    ...BACKEND_API_CODES.map((code): [string, BailiffError] => [
      code,
      new BackendApiError('users.get', code, 'no answer'),
    ]),
    [
      'a list of errors without a code',
      new BackendApiError('users.get', 'unexpected-response', 'no', { errors: [{}, null] as never }),
    ],
  ])('is linked by the message of %s', (_, error) => {
    expect(sectionOf(error)).toBe(error.code);
    expect(sections.has(sectionOf(error))).toBe(true);
  });

  it("is linked by the message of every code of Clerk's", () => {
    for (const code of ['resource_not_found', 'timeout', '#x'])
      expect(
        sectionOf(new BackendApiError('users.get', code, 'no', { status: 404, errors: [{ code, message: 'no' }] })),
      ).toBe('codes-of-the-backend-api');
    expect(sections.has('codes-of-the-backend-api')).toBe(true);
  });
});

import { describe, expect, it } from 'vitest';
import { reasonInfo, REQUEST_REASONS, TOKEN_REASONS } from 'bailiff';
import { unauthenticatedDenial, unavailableDenial } from '../../src/core/guards/challenge.js';
import { AuthOutcome } from '../../src/core/outcome.js';
import { signedOutSession } from '../../src/core/auth/auth-objects.js';

const REASONS = [...Object.keys(TOKEN_REASONS), ...Object.keys(REQUEST_REASONS)] as (keyof typeof TOKEN_REASONS)[];

describe('reasons', () => {
  it.each(REASONS)('%s has a meaning, a remedy and a valid challenge header', (reason) => {
    expect(reasonInfo(reason)).toMatchObject({
      meaning: expect.stringMatching(/\.$/) as string,
      remedy: expect.stringMatching(/\.$/) as string,
    });
    const { headers } = unauthenticatedDenial({ reason, tokenSent: true, resourceMetadata: null });
    expect(() => new Headers({ ...headers })).not.toThrow();
  });

  it('report an expired session for a failed refresh, whatever Clerk calls the failure', () => {
    const reason = 'session-token-expired-refresh-some"code';
    expect(reasonInfo(reason)).toBe(REQUEST_REASONS['session-token-expired']);
    const { headers, body } = unauthenticatedDenial({ reason, tokenSent: true, resourceMetadata: null });
    expect(headers['WWW-Authenticate']).toBe(
      'Bearer error="invalid_token", error_description="The session token has expired."',
    );
    expect(body.errors[0]?.code).toBe('session-token-expired');
    expect([reasonInfo('nonsense'), reasonInfo('__proto__')]).toEqual([null, null]);
  });

  it('are left out of headers that cannot hold them', () => {
    const state = (reason: string, message: string) =>
      new AuthOutcome({
        status: 'signed-out',
        tokenType: null,
        reason: reason as never,
        message,
        auth: signedOutSession(null),
      });
    expect(Object.fromEntries(state('session-token-expired-refresh-ü', 'line\r\nbreak').headers)).toEqual({
      'x-clerk-auth-status': 'signed-out',
    });
    expect(Object.fromEntries(state('token-invalid', '').headers)).toEqual({
      'x-clerk-auth-status': 'signed-out',
      'x-clerk-auth-reason': 'token-invalid',
    });
  });

  it.each([
    [0, '1'],
    [1, '1'],
    [1_001, '2'],
    [30_000, '30'],
    [-5, '1'],
    [Number.NaN, '1'],
  ])('give Retry-After for %d ms as %s s', (ms, seconds) => {
    expect(unavailableDenial('unexpected-error', ms).headers).toEqual({ 'Retry-After': seconds });
  });
});

/** Verifications: attempts, expiry and codes, which sign-in, sign-up, addresses and reverification share. */
import { isSameSecret } from '../../ground/same-secret.js';
import type { InstanceState } from '../../state/instance-state.js';
import type { Fields, Verification } from '../../state/rows.js';
import type { ApiError } from '../records/api-error.js';
import { refusal } from '../records/refusals.js';
import { codeFor } from './codes.js';
import { deliver, type Recipient } from './messages.js';

const LIFETIME_MS = 10 * 60_000;
/** The third wrong code ends a verification: six digits must not be guessed. */
const MAX_ATTEMPTS = 3;

/** `object` of a verification, by its strategy; one-time codes are the usual case. */
const OBJECTS: readonly (readonly [strategy: RegExp, object: string])[] = [
  [/^password$/, 'verification_password'],
  [/^totp$/, 'verification_totp'],
  [/^backup_code$/, 'verification_backup_code'],
  [/^ticket$/, 'verification_ticket'],
  [/^email_link$/, 'verification_email_link'],
  [/^passkey$/, 'verification_passkey'],
  [/^oauth_/, 'verification_oauth'],
  [/^(saml|enterprise_sso)$/, 'verification_saml'],
];

const objectOf = (strategy: string): string =>
  OBJECTS.find(([pattern]) => pattern.test(strategy))?.[1] ?? 'verification_otp';

/** A verification that waits for the person. */
export const pending = (state: InstanceState, strategy: string, fields: Partial<Verification> = {}): Verification => ({
  object: objectOf(strategy),
  status: 'unverified',
  strategy,
  attempts: 0,
  expire_at: state.now() + LIFETIME_MS,
  ...fields,
});

/** A verification that is done. */
export const verified = (strategy: string, fields: Partial<Verification> = {}): Verification => ({
  object: objectOf(strategy),
  status: 'verified',
  strategy,
  attempts: null,
  expire_at: null,
  ...fields,
});

/** A provider's answer by which nobody was verified. */
export const failedAtProvider = (
  strategy: string,
  status: 'failed' | 'transferable',
  code: string,
  message: string,
): Verification => verified(strategy, { status, error: { code, message, long_message: message } });

/** Sends a code. A code that was sent before is no longer good. */
export function sendCode(state: InstanceState, strategy: string, recipient: Recipient): Verification {
  const code = codeFor(state, recipient.to);
  deliver(state, strategy, recipient, code);
  const { identificationId } = recipient;
  return pending(state, strategy, {
    code,
    ...(identificationId === undefined ? {} : { identification_id: identificationId }),
  });
}

/** The status by the clock. */
export function statusOf(state: InstanceState, { status, expire_at: until }: Verification): Verification['status'] {
  return status === 'unverified' && until !== null && until <= state.now() ? 'expired' : status;
}

/** The verification as an answer shows it. The projection leaves out its code. */
export const viewVerification = (state: InstanceState, verification: Verification | null): Fields | null =>
  verification === null ? null : { ...verification, status: statusOf(state, verification) };

/** @throws ApiError 400 if the verification is past being attempted */
export function refuseUnlessPending(state: InstanceState, verification: Verification): void {
  const status = statusOf(state, verification);
  if (status === 'verified') throw refusal('verification_already_verified', 'This has been verified already.');
  if (status === 'expired') throw refusal('verification_expired', 'The code has expired. Ask for a new one.');
  if (status === 'failed') throw refusal('verification_failed', 'Too many wrong codes. Ask for a new one.');
}

export interface Attempted {
  /** To be stored, also when the attempt failed. */
  readonly verification: Verification;
  /** To be thrown once it is stored. */
  readonly refusal: ApiError | null;
}

/** @throws ApiError 400 if no code was sent; a verification that failed or expired still has its code */
export function requireSent(held: Verification | null): Verification {
  if (held === null || (held.code === undefined && held.status !== 'verified')) throw refusal('verification_missing');
  return held;
}

/** @throws ApiError 400 if the verification is past being attempted */
export function attemptCode(state: InstanceState, verification: Verification, code: string): Attempted {
  refuseUnlessPending(state, verification);
  const attempts = (verification.attempts ?? 0) + 1;
  if (verification.code !== undefined && isSameSecret(code, verification.code)) {
    const { code: _, ...rest } = verification;
    return { verification: { ...rest, attempts, status: 'verified' }, refusal: null };
  }
  const status = attempts >= MAX_ATTEMPTS ? 'failed' : 'unverified';
  return { verification: { ...verification, attempts, status }, refusal: incorrectCode() };
}

export const incorrectCode = (): ApiError => refusal('form_code_incorrect', 'Incorrect code', { paramName: 'code' });

/** Codes and links that verify the addresses of an attempt to sign up. */
import type { InstanceState } from '../../state/instance-state.js';
import type { Fields, SignUpRow, Verification } from '../../state/rows.js';
import { invalidValue, missing, refusal } from '../records/refusals.js';
import { sendLink } from '../verification/redirects.js';
import { attemptCode, sendCode } from '../verification/verification.js';
import type { VerifiableName } from './requirements.js';
import { completeSignUpIfReady } from './complete-sign-up.js';
import { changeSignUp, requireOpen } from './sign-up-attempt.js';

const CHANNELS: Readonly<Record<string, readonly [kind: VerifiableName, channel: 'email' | 'sms']>> = {
  email_code: ['email_address', 'email'],
  email_link: ['email_address', 'email'],
  phone_code: ['phone_number', 'sms'],
};

/** What a strategy verifies. @throws ApiError 400, 422 */
function verifiable(state: InstanceState, row: SignUpRow, strategy: unknown) {
  requireOpen(state, row);
  const [kind, channel] = (typeof strategy === 'string' ? CHANNELS[strategy] : undefined) ?? [];
  if (kind === undefined || channel === undefined || typeof strategy !== 'string')
    throw invalidValue('strategy', 'is not one by which this can be verified');
  const to = row[kind];
  if (to === null) throw missing(kind);
  return { kind, channel, strategy, to };
}

const withVerification = (state: InstanceState, row: SignUpRow, kind: string, verification: Verification): SignUpRow =>
  changeSignUp(state, row, { verifications: { ...row.verifications, [kind]: verification } });

/** Sends a code. @throws ApiError 400, 422 */
export function prepareSignUpVerification(
  state: InstanceState,
  row: SignUpRow,
  input: Fields,
  baseUrl: string,
): SignUpRow {
  const { kind, channel, strategy, to } = verifiable(state, row, input['strategy']);
  if (row.verifications[kind]?.status === 'verified')
    throw refusal('verification_already_verified', 'This has been verified already.');
  const subject = { kind: 'sign_up', id: row.id, baseUrl } as const;
  const verification =
    strategy === 'email_link'
      ? sendLink(state, strategy, { channel, to }, subject, input)
      : sendCode(state, strategy, { channel, to });
  return withVerification(state, row, kind, verification);
}

/** Looks at a code, and goes on. @throws ApiError 400, 422 */
export function attemptSignUpVerification(state: InstanceState, row: SignUpRow, input: Fields): SignUpRow {
  const { kind, strategy } = verifiable(state, row, input['strategy']);
  const held = row.verifications[kind];
  if (held?.strategy !== strategy) throw refusal('verification_missing', 'No code has been sent yet.');
  const code = input['code'];
  if (typeof code !== 'string' || code === '') throw missing('code');
  const { verification, refusal: refused } = attemptCode(state, held, code);
  const next = withVerification(state, row, kind, verification);
  if (refused !== null) throw refused;
  return completeSignUpIfReady(state, next);
}

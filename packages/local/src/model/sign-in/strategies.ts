/** Each verification strategy: what it sends, and how it checks the answer. Sign-in and reverification share the table. */
import type { InstanceState } from '../../state/instance-state.js';
import type { Fields, UserRow, Verification } from '../../state/rows.js';
import { lookUp } from '../../ground/look-up.js';
import type { ApiError } from '../records/api-error.js';
import { preparePasskey, attemptPasskey } from '../passkeys/passkeys.js';
import { missing, refusal } from '../records/refusals.js';
import { change } from '../records/resource.js';
import { verifyPassword } from '../users/password-digests.js';
import { ENTERPRISE, sendToConnection } from './enterprise-sso.js';
import { isTotpCode } from '../users/totp.js';
import { kindOf, primaryField, recipientOf, type VerifiableKind } from '../users/identifications.js';
import { users } from '../users/user-records.js';
import type { Recipient } from '../verification/messages.js';
import { sendLink, type RedirectSubject } from '../verification/redirects.js';
import { attemptCode, incorrectCode, sendCode, verified, type Attempted } from '../verification/verification.js';

export interface StrategyInput {
  readonly state: InstanceState;
  readonly user: UserRow;
  /** Fields of the request. */
  readonly input: Fields;
  /** What is verified; a link or a provider leads back to it. */
  readonly subject: RedirectSubject;
  /** The verification that the preparation of the same strategy made; null without one. */
  readonly prepared: Verification | null;
  /** Origin of the page that asks; a passkey is bound to it. */
  readonly origin: string | undefined;
}

/** The page that asks: the URL by which it reaches the instance, and its own origin. */
export interface PageContext {
  readonly baseUrl: string;
  readonly origin: string | undefined;
}

export interface Strategy {
  /** Absent: nothing has to be sent. @throws ApiError */
  readonly prepare?: (asked: StrategyInput, strategy: string) => Verification;
  /** @throws ApiError for what can be refused without being counted */
  readonly attempt: (asked: StrategyInput, strategy: string) => Attempted | Promise<Attempted>;
}

/** The strategy that a request names. */
export interface Chosen {
  readonly strategy: Strategy;
  readonly name: string;
}

/** The strategy that a request names, if it is one of those offered. @throws ApiError 400, 422 */
export function chosenStrategy(
  strategies: Readonly<Record<string, Strategy>>,
  offered: readonly { readonly strategy: string }[],
  input: Fields,
): Chosen {
  const { strategy: name } = input;
  if (typeof name !== 'string' || name === '') throw missing('strategy');
  const strategy = lookUp(strategies, name);
  if (strategy === undefined || !offered.some((factor) => factor.strategy === name)) throw invalidStrategy(name);
  return { strategy, name };
}

/** @throws ApiError 400 for a strategy of which nothing is sent */
export function preparationOf({ strategy, name }: Chosen): NonNullable<Strategy['prepare']> {
  if (strategy.prepare === undefined) throw invalidStrategy(name);
  return strategy.prepare;
}

/** @param held of the same step; what was prepared for another strategy counts for nothing here */
export const attemptWith = (
  { strategy, name }: Chosen,
  held: Verification | null,
  asked: Omit<StrategyInput, 'prepared'>,
): Attempted | Promise<Attempted> =>
  strategy.attempt({ ...asked, prepared: held?.strategy === name ? held : null }, name);

const invalidStrategy = (name: string): ApiError =>
  refusal('strategy_for_user_invalid', `The verification strategy ${name} is not valid for this account.`);

const text = (input: Fields, name: string): string => {
  const value = input[name];
  if (typeof value !== 'string' || value === '') throw missing(name);
  return value;
};

const refused = (strategy: string, error: ApiError): Attempted => ({
  verification: { ...verified(strategy), status: 'unverified' },
  refusal: error,
});

const done = (strategy: string): Attempted => ({ verification: verified(strategy), refusal: null });

const password: Strategy = {
  async attempt({ user, input }, strategy) {
    const given = text(input, 'password');
    const { password_digest: digest, password_hasher: hasher } = user;
    const right = typeof digest === 'string' && (await verifyPassword(given, digest, String(hasher)));
    if (right === 'unsupported')
      throw refusal('password_hasher_unsupported', `The local instance cannot check digests of ${String(hasher)}.`);
    if (right) return done(strategy);
    const message = 'Password is incorrect. Try again, or use another method.';
    return refused(strategy, refusal('form_password_incorrect', message, { paramName: 'password' }));
  },
};

function attemptSent({ state, input, prepared }: StrategyInput): Attempted {
  const code = text(input, 'code');
  if (prepared === null) throw refusal('verification_missing', 'No code has been sent yet.');
  return attemptCode(state, prepared, code);
}

const byCode = (kind: VerifiableKind): Strategy => ({
  prepare: (asked, strategy) => sendCode(asked.state, strategy, recipientIn(asked, kind)),
  attempt: attemptSent,
});

const byLink: Strategy = {
  prepare(asked, strategy) {
    return sendLink(asked.state, strategy, recipientIn(asked, 'email_address'), asked.subject, asked.input);
  },
  // The link itself is the attempt.
  attempt(_asked, strategy) {
    throw refusal('strategy_for_user_invalid', `${strategy} is verified by the link in the e-mail.`);
  },
};

/** Where the input wants it sent, else the primary address or number. @throws ApiError 422 for one of somebody else */
function recipientIn({ state, user, input }: StrategyInput, kind: VerifiableKind): Recipient {
  const field = `${kind}_id`;
  const wished = input[field];
  const rows = kindOf(kind).resource.tableIn(state).by('user_id', user.id);
  const row = rows.find(({ id }) => id === (wished ?? user[primaryField(kind)])) ?? rows[0];
  if (row === undefined || (wished !== undefined && row.id !== wished)) throw missing(field);
  return recipientOf(state, kind, row.id).recipient;
}

const totp: Strategy = {
  attempt({ state, user, input }, strategy) {
    const code = text(input, 'code');
    const right = typeof user.totp_secret === 'string' && isTotpCode(user.totp_secret, code, state.now());
    return right ? done(strategy) : refused(strategy, incorrectCode());
  },
};

const backupCode: Strategy = {
  attempt({ state, user, input }, strategy) {
    const code = text(input, 'code');
    const codes = user.backup_codes ?? [];
    if (!codes.includes(code)) return refused(strategy, incorrectCode());
    // It works once.
    change(state, users, user.id, { backup_codes: codes.filter((other) => other !== code) });
    return done(strategy);
  },
};

const byConnection: Strategy = {
  prepare: ({ state, subject, input }) =>
    sendToConnection(state, state.table('sign_ins').get(subject.id)?.identifier ?? null, subject, input),
  attempt(_asked, strategy) {
    throw refusal('strategy_for_user_invalid', `${strategy} is verified at the provider.`);
  },
};

const passkey: Strategy = {
  prepare: ({ state, user, origin }) => preparePasskey(state, user, origin),
  attempt: ({ state, user, input, prepared, origin }) =>
    attemptPasskey(state, user, prepared, input['public_key_credential'], origin),
};

export const FIRST_STRATEGIES = {
  password,
  email_code: byCode('email_address'),
  email_link: byLink,
  phone_code: byCode('phone_number'),
  reset_password_email_code: byCode('email_address'),
  reset_password_phone_code: byCode('phone_number'),
  passkey,
  [ENTERPRISE]: byConnection,
} as const satisfies Readonly<Record<string, Strategy>>;

export const SECOND_STRATEGIES: Readonly<Record<string, Strategy>> = {
  totp,
  backup_code: backupCode,
  phone_code: byCode('phone_number'),
};

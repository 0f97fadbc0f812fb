/** The result of a verification. Expected results are values; the public `verify*` methods turn them into exceptions. */
import { TOKEN_MEANINGS, type TokenReason } from '../ground/meanings.js';
import { deepFreeze } from '../ground/deep-freeze.js';
import type { MachineTokenType, TokenKinds, TokenType } from '../types.js';

export interface Accepted<T> {
  readonly outcome: 'accepted';
  readonly value: T;
}
/** The token was checked and is bad. */
export interface Refused {
  readonly outcome: 'refused';
  readonly reason: TokenReason;
  readonly message: string;
}
/** The token could not be checked now. Such a verdict is never remembered and never becomes a 401. */
export interface Unchecked {
  readonly outcome: 'unchecked';
  readonly reason: TokenReason;
  readonly message: string;
  readonly retryAfterMs: number;
}
export type Verdict<T> = Accepted<T> | Refused | Unchecked;

/** A token of one kind that was accepted. */
export interface VerifiedToken<K extends TokenType> {
  readonly tokenType: K;
  readonly token: string;
  /** Deeply frozen. */
  readonly data: TokenKinds[K]['data'];
  /**
   * An object that the holder of the verdict derives from `data` once and uses again while the verdict is cached (core
   * keeps the frozen `Auth` here). It is dropped with the verdict.
   */
  attachment: unknown;
}
export type VerifiedSession = VerifiedToken<'session_token'>;
export type VerifiedMachine = { readonly [K in MachineTokenType]: VerifiedToken<K> }[MachineTokenType];
export type Verified = VerifiedSession | VerifiedMachine;

/** Freezes `data` with everything inside it. */
export function verifiedToken<K extends TokenType>(
  tokenType: K,
  token: string,
  data: TokenKinds[K]['data'],
): VerifiedToken<K> {
  return { tokenType, token, data: deepFreeze(data), attachment: undefined };
}

/** @param message the meaning of the reason, unless a rule names the fault more exactly */
export function refuse(reason: TokenReason, message: string = TOKEN_MEANINGS[reason]): Refused {
  return { outcome: 'refused', reason, message };
}

/** @param detail a sentence about what came instead of an answer */
export function leaveUnchecked(reason: TokenReason, retryAfterMs: number, detail: string | null = null): Unchecked {
  const meaning = TOKEN_MEANINGS[reason];
  return { outcome: 'unchecked', reason, message: detail === null ? meaning : `${meaning} ${detail}`, retryAfterMs };
}

export function accept<T>(value: T): Verdict<T> {
  return { outcome: 'accepted', value };
}

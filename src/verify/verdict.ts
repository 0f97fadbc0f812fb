/** What verification says. Expected outcomes are values; the public `verify*` functions turn them into exceptions. */
import type { TokenReason } from '../errors.js';
import type { ApiKey, M2MToken, OAuthAccessToken, SessionClaims, TokenType } from '../types.js';

export interface Accepted<T> {
  readonly outcome: 'accepted';
  readonly value: T;
}
/** Checked and bad. */
export interface Refused {
  readonly outcome: 'refused';
  readonly reason: TokenReason;
  readonly message: string;
}
/** Could not be checked now: never to be remembered, never a 401. */
export interface Unchecked {
  readonly outcome: 'unchecked';
  readonly reason: TokenReason;
  readonly message: string;
  readonly retryAfterMs: number;
}
export type Verdict<T> = Accepted<T> | Refused | Unchecked;

interface VerifiedToken<K extends TokenType, D> {
  readonly tokenType: K;
  readonly token: string;
  /** Deeply frozen. */
  readonly data: D;
  /**
   * For whoever holds the verdict: an object derived once from `data` and reused while the verdict is cached
   * (core keeps the frozen `Auth` here). Dropped with the verdict.
   */
  attachment: unknown;
}
export type VerifiedSession = VerifiedToken<'session_token', SessionClaims>;
export type VerifiedApiKey = VerifiedToken<'api_key', ApiKey>;
export type VerifiedM2M = VerifiedToken<'m2m_token', M2MToken>;
export type VerifiedOAuth = VerifiedToken<'oauth_token', OAuthAccessToken>;
export type VerifiedMachine = VerifiedApiKey | VerifiedM2M | VerifiedOAuth;
export type Verified = VerifiedSession | VerifiedMachine;

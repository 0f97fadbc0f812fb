/** The rules for claims, one function each. They run only after the signature has been found good. */
import type { JsonObject } from './decode.js';
import { refuse, type Refused } from './verdict.js';

export interface ClaimExpectations {
  /** Empty: not checked. */
  readonly audience: readonly string[];
  /** Whether a session token must carry `aud` where an audience is expected. */
  readonly sessionAudience: 'if-present' | 'required';
  /** Empty: not checked. */
  readonly authorizedParties: readonly string[];
  readonly allowMissingAzp: boolean;
  /** Empty: not checked. */
  readonly issuer: readonly string[];
  /** The machine that M2M tokens must be meant for; null: not checked. */
  readonly machineId: string | null;
  readonly clockSkewMs: number;
}

/** Returns null if the claims meet the rule. */
export type ClaimRule = (claims: JsonObject, expected: ClaimExpectations, nowMs: number) => Refused | null;

/** The last instant that a `Date` can hold, in seconds since the epoch. A later date never comes. */
const MAX_DATE_S = 8.64e12;

const broken = (message: string) => refuse('token-verification-failed', message);
const isDate = (value: unknown): value is number => typeof value === 'number' && Math.abs(value) <= MAX_DATE_S;

const NO_SUBJECT = broken('The claim `sub` is missing or not a text.');
const BAD_TEXT = broken('A claim that must be a text is not one.');
const NO_EXPIRY = broken('The claim `exp` is missing or not a date.');
const BAD_DATE = broken('The claim `nbf` or `iat` is not a date.');
export const WRONG_AUDIENCE = broken('The token is not for the audience of the option `audience`.');
const WRONG_SESSION_AUDIENCE = broken('The session token is not for the audience of the option `audience`.');
const NO_SESSION_AUDIENCE = broken('The session token names no audience: see the option `audience`.');
export const WRONG_MACHINE = broken('The token is meant for other machines.');
const WRONG_PARTY = refuse('token-invalid-authorized-parties');
const NO_PARTY = refuse('token-invalid-authorized-parties', 'The token has no claim `azp`.');
const WRONG_ISSUER = refuse('token-invalid-issuer');
const EXPIRED = refuse('token-expired');
const NOT_ACTIVE_YET = refuse('token-not-active-yet');
const ISSUED_IN_FUTURE = refuse('token-iat-in-the-future');

export const subject: ClaimRule = ({ sub }) => (typeof sub === 'string' && sub !== '' ? null : NO_SUBJECT);

/** The optional claims that the types declare as texts are texts where they are present. */
export const texts: ClaimRule = ({ iss, sid, azp, jti }) =>
  isTextOrAbsent(iss) && isTextOrAbsent(sid) && isTextOrAbsent(azp) && isTextOrAbsent(jti) ? null : BAD_TEXT;

/**
 * The audience of a token for a resource (RFC 7519 section 4.1.3). Where one is expected, a token without `aud` is refused
 * (RFC 8725 section 3.9, RFC 8707).
 */
export const audience: ClaimRule = ({ aud }, expected) =>
  matchesAudience(aud, expected.audience) ? null : WRONG_AUDIENCE;

/**
 * The audience of a session token. Clerk's session tokens carry no `aud` unless they were customised, and `azp` names the
 * origin that they were issued for. So a token without `aud` is accepted, unless the application requires one.
 */
export const sessionAudience: ClaimRule = ({ aud }, expected) => {
  if (matchesAudience(aud, expected.audience)) return null;
  if (aud !== undefined) return WRONG_SESSION_AUDIENCE;
  return expected.sessionAudience === 'required' ? NO_SESSION_AUDIENCE : null;
};

/** Whether `aud` names one of the expected audiences; true if none is expected. A list that holds anything but texts names none. */
export function matchesAudience(aud: unknown, expected: readonly string[]): boolean {
  if (expected.length === 0) return true;
  if (typeof aud === 'string') return expected.includes(aud);
  return Array.isArray(aud) && aud.every(isText) && aud.some((one) => expected.includes(one));
}

/**
 * The origin that a session token was issued for. It must be one of the expected origins, letter for letter. An empty
 * `azp` is refused like a foreign one; an absent one is refused unless the options excuse it.
 */
export const authorizedParty: ClaimRule = ({ azp }, { authorizedParties, allowMissingAzp }) => {
  if (authorizedParties.length === 0) return null;
  if (azp === undefined) return allowMissingAzp ? null : NO_PARTY;
  return isText(azp) && authorizedParties.includes(azp) ? null : WRONG_PARTY;
};

export const issuer: ClaimRule = ({ iss }, expected) =>
  expected.issuer.length === 0 || (isText(iss) && expected.issuer.includes(iss)) ? null : WRONG_ISSUER;

/** `exp` is required (RFC 7519 section 4.1.4); the tolerated clock difference is added to it. */
export const expiry: ClaimRule = ({ exp }, { clockSkewMs }, nowMs) => {
  if (!isDate(exp)) return NO_EXPIRY;
  return exp * 1000 <= nowMs - clockSkewMs ? EXPIRED : null;
};

/** RFC 7519 section 4.1.5. */
export const notBefore: ClaimRule = ({ nbf }, { clockSkewMs }, nowMs) => {
  if (nbf === undefined) return null;
  if (!isDate(nbf)) return BAD_DATE;
  return nbf * 1000 > nowMs + clockSkewMs ? NOT_ACTIVE_YET : null;
};

/** A token from the future comes from a clock that is off, so its `exp` would be too late as well. */
export const issuedAt: ClaimRule = ({ iat }, { clockSkewMs }, nowMs) => {
  if (iat === undefined) return null;
  if (!isDate(iat)) return BAD_DATE;
  return iat * 1000 > nowMs + clockSkewMs ? ISSUED_IN_FUTURE : null;
};

/** An M2M token names the machines that it is meant for among its scopes. */
export const machine: ClaimRule = (claims, { machineId }) =>
  machineId === null || scopesOf(claims).includes(machineId) ? null : WRONG_MACHINE;

export const DATES: readonly ClaimRule[] = [expiry, notBefore, issuedAt];

/** The first refusal in the order of the rules; null if the claims meet them all. */
export function checkClaims(
  rules: readonly ClaimRule[],
  claims: JsonObject,
  expected: ClaimExpectations,
  nowMs: number,
): Refused | null {
  for (const rule of rules) {
    const refusal = rule(claims, expected, nowMs);
    if (refusal !== null) return refusal;
  }
  return null;
}

/** The scopes of an M2M token: the claim `scopes`, else the machines in `aud`. */
export function scopesOf({ scopes, aud }: JsonObject): readonly string[] {
  if (scopes !== undefined) return splitScopes(scopes);
  return typeof aud === 'string' ? [aud] : splitScopes(aud);
}

/** Reads a list of texts, or a text with spaces (RFC 6749 section 3.3). Anything else grants nothing. */
export function splitScopes(value: unknown): readonly string[] {
  if (typeof value === 'string') return value.split(' ').filter((scope) => scope !== '');
  return Array.isArray(value) ? value.filter(isText) : [];
}

export function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isTextOrAbsent(value: unknown): boolean {
  return value === undefined || typeof value === 'string';
}

/** The rules for claims, a row each. They are read only after the signature has been found good. */
import type { JsonObject } from './decode.js';
import { refuse } from './outcome.js';
import type { Refused } from './verdict.js';

export interface ClaimExpectations {
  /** Empty: not checked. */
  readonly audience: readonly string[];
  /** Session tokens without `aud`, where an audience is expected. */
  readonly sessionAudience: 'if-present' | 'required';
  /** Empty: not checked. */
  readonly authorizedParties: readonly string[];
  readonly allowMissingAzp: boolean;
  /** Empty: not checked. */
  readonly issuer: readonly string[];
  /** M2M tokens must be meant for this machine; null: not checked. */
  readonly machineId: string | null;
  readonly clockSkewMs: number;
}

/** Null if the claims meet the rule. */
export type ClaimRule = (claims: JsonObject, expected: ClaimExpectations, nowMs: number) => Refused | null;

/**
 * How old a handshake may be, in milliseconds: Clerk's own live for about a minute, and the cookie that carries one for
 * seconds. The rest is for a redirect over a slow line, and for a tab that was put to sleep on its way.
 */
const MAX_HANDSHAKE_AGE_MS = 600_000;

/** The last instant that a `Date` can hold, in seconds: a date behind it never comes. */
const MAX_DATE_S = 8.64e12;

const broken = (message: string) => refuse('token-verification-failed', message);
const isDate = (value: unknown): value is number => typeof value === 'number' && Math.abs(value) <= MAX_DATE_S;

const NO_SUBJECT = broken('The claim `sub` is missing or not a text.');
const BAD_TEXT = broken('A claim that must be a text is not one.');
const NO_EXPIRY = broken('The claim `exp` is missing or not a date.');
const BAD_DATE = broken('The claim `nbf` or `iat` is not a date.');
export const WRONG_AUDIENCE = broken(
  'The token is meant for another audience, or names none: get one for this resource, or list its `aud` in the option `audience`.',
);
const FOREIGN_SESSION = broken(
  'The session token is meant for another audience: list its `aud` in the option `audience`, or take it out of the customised session token.',
);
const SESSION_FOR_NOBODY = broken(
  'The session token names no audience: add `aud` to the session token in the Clerk dashboard, or leave `sessionTokens` out of the option `audience`.',
);
export const WRONG_MACHINE = broken('The token is meant for other machines.');
const WRONG_PARTY = refuse('token-invalid-authorized-parties');
const WRONG_ISSUER = refuse('token-invalid-issuer');
const EXPIRED = refuse('token-expired');
const EARLY = refuse('token-not-active-yet');
const STALE_HANDSHAKE = refuse('token-expired', 'The handshake was issued too long ago.');
const NO_HANDSHAKE = refuse('token-invalid', 'The token names a subject or a session, so it is no handshake.');
const FROM_THE_FUTURE = refuse('token-iat-in-the-future');

const subject: ClaimRule = ({ sub }) => (typeof sub === 'string' && sub !== '' ? null : NO_SUBJECT);

/** What the types promise to be a text is one, or absent. */
const texts: ClaimRule = ({ iss, sid, azp, jti }) =>
  isTextOrAbsent(iss) && isTextOrAbsent(sid) && isTextOrAbsent(azp) && isTextOrAbsent(jti) ? null : BAD_TEXT;

/** RFC 7519 section 4.1.3; a token without `aud` is for nobody once an audience is expected (RFC 8725 section 3.9, RFC 8707). */
const audience: ClaimRule = ({ aud }, expected) => (matchesAudience(aud, expected.audience) ? null : WRONG_AUDIENCE);

/**
 * Clerk's session tokens carry no `aud` unless somebody customised them, and `azp` says where they belong: only one that
 * names others is foreign, unless the application asks for more.
 */
const sessionAudience: ClaimRule = ({ aud }, expected) => {
  if (matchesAudience(aud, expected.audience)) return null;
  if (aud !== undefined) return FOREIGN_SESSION;
  return expected.sessionAudience === 'required' ? SESSION_FOR_NOBODY : null;
};

export function matchesAudience(aud: unknown, expected: readonly string[]): boolean {
  if (expected.length === 0) return true;
  if (typeof aud === 'string') return expected.includes(aud);
  return Array.isArray(aud) && aud.every(isText) && aud.some((one) => expected.includes(one));
}

/** Exactly one of the origins. An empty `azp` is a foreign one; only an absent one may be excused. */
const authorizedParty: ClaimRule = ({ azp }, { authorizedParties, allowMissingAzp }) => {
  if (authorizedParties.length === 0) return null;
  if (azp === undefined) return allowMissingAzp ? null : WRONG_PARTY;
  return isText(azp) && authorizedParties.includes(azp) ? null : WRONG_PARTY;
};

const issuer: ClaimRule = ({ iss }, expected) =>
  expected.issuer.length === 0 || (isText(iss) && expected.issuer.includes(iss)) ? null : WRONG_ISSUER;

const expiry: ClaimRule = ({ exp }, { clockSkewMs }, nowMs) => {
  if (!isDate(exp)) return NO_EXPIRY;
  return exp * 1000 <= nowMs - clockSkewMs ? EXPIRED : null;
};

const notBefore: ClaimRule = ({ nbf }, { clockSkewMs }, nowMs) => {
  if (nbf === undefined) return null;
  if (!isDate(nbf)) return BAD_DATE;
  return nbf * 1000 > nowMs + clockSkewMs ? EARLY : null;
};

const issuedAt: ClaimRule = ({ iat }, { clockSkewMs }, nowMs) => {
  if (iat === undefined) return null;
  if (!isDate(iat)) return BAD_DATE;
  return iat * 1000 > nowMs + clockSkewMs ? FROM_THE_FUTURE : null;
};

const machine: ClaimRule = (claims, { machineId }) =>
  machineId === null || scopesOf(claims).includes(machineId) ? null : WRONG_MACHINE;

/**
 * The header of a handshake is that of a session token, and a machine may ask for a token with any claim of its own: what
 * tells a handshake is that it speaks for nobody. A null counts as a name: a true handshake has no such claim at all.
 */
const nobody: ClaimRule = ({ sub, sid }) => (sub === undefined && sid === undefined ? null : NO_HANDSHAKE);

/** The protocol promises no `exp`; one that is there counts. */
const expiryIfAny: ClaimRule = (claims, expected, nowMs) =>
  claims['exp'] === undefined ? null : expiry(claims, expected, nowMs);

/** An old handshake would sign out, or back in, whoever still has it. After `issuedAt`: `iat` is a date or absent. */
const recent: ClaimRule = ({ iat }, { clockSkewMs }, nowMs) =>
  typeof iat === 'number' && iat * 1000 <= nowMs - MAX_HANDSHAKE_AGE_MS - clockSkewMs ? STALE_HANDSHAKE : null;

const TIME: readonly ClaimRule[] = [expiry, notBefore, issuedAt];

/** In the order in which a token with several faults is judged. `azp` is a session's: machine tokens name no browser. */
export const CLAIM_RULES = {
  session: [subject, texts, sessionAudience, authorizedParty, issuer, ...TIME],
  m2m: [subject, texts, audience, issuer, ...TIME, machine],
  oauth: [subject, texts, audience, issuer, ...TIME],
  /** A handshake token carries cookies to be set, which are checked when they come back. */
  handshake: [nobody, expiryIfAny, notBefore, issuedAt, recent],
} as const satisfies Record<string, readonly ClaimRule[]>;

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

/** What a machine JWT may do: `scopes`, else for which machines it is (`aud`). */
export function scopesOf({ scopes, aud }: JsonObject): readonly string[] {
  if (scopes !== undefined) return splitScopes(scopes);
  return typeof aud === 'string' ? [aud] : splitScopes(aud);
}

/** A list of texts, or a text with spaces (RFC 6749 section 3.3); anything else grants nothing. */
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

/** Why a token is refused, in words and with this token's own values. Pure: facts in, sentences out. */
import { TOKEN_REASONS, type TokenReason } from '../../../../../src/reasons.js';
import type { TokenType } from '../../../../../src/types.js';
import { duration, printable } from '../terminal.js';

export interface TokenFacts {
  readonly kind: TokenType;
  readonly form: 'opaque' | 'jwt' | 'malformed';
  readonly header: Readonly<Record<string, unknown>> | null;
  readonly payload: Readonly<Record<string, unknown>> | null;
}

export interface Surroundings {
  /** Milliseconds. */
  readonly now: number;
  readonly authorizedParties: readonly string[];
  readonly audience: readonly string[];
  readonly issuer: readonly string[];
  /** Ids of the instance's keys, where they could be loaded. */
  readonly keyIds: readonly string[] | null;
}

export const KIND_NAMES: Readonly<Record<TokenType, string>> = {
  session_token: 'session token',
  api_key: 'API key',
  m2m_token: 'M2M token',
  oauth_token: 'OAuth access token',
};

/** What this token says about the reason, if there is more to say than the reason's own meaning. */
const DETAILS: Partial<Record<TokenReason, (facts: TokenFacts, around: Surroundings) => string | null>> = {
  'token-expired': ({ payload }, { now }) => sinceClaim(payload, 'exp', now, 'It expired', 'ago'),
  'token-not-active-yet': ({ payload }, { now }) => sinceClaim(payload, 'nbf', now, 'It becomes valid in', ''),
  'token-iat-in-the-future': ({ payload }, { now }) => sinceClaim(payload, 'iat', now, 'It was issued', 'from now'),
  'token-invalid-authorized-parties': ({ payload }, { authorizedParties }) =>
    payload?.['azp'] === undefined
      ? 'It has no azp claim: no browser origin asked for it.'
      : `It was issued for ${show(payload['azp'])}; accepted: ${list(authorizedParties)}.`,
  'token-invalid-issuer': ({ payload }, { issuer }) =>
    `It was issued by ${show(payload?.['iss'])}; accepted: ${list(issuer)}.`,
  'jwk-kid-mismatch': ({ header }, { keyIds }) =>
    `It names key ${show(header?.['kid'])}${keyIds === null ? '' : `; the instance has ${list(keyIds)}`}.`,
  'token-invalid-signature': ({ header, payload }, { keyIds }) =>
    keyIds !== null && !keyIds.includes(String(header?.['kid']))
      ? `It names key ${show(header?.['kid'])}, and the instance has ${list(keyIds)}: it comes from another instance (${show(payload?.['iss'])}).`
      : `It says that it comes from ${show(payload?.['iss'])}.`,
  'token-invalid-algorithm': ({ header }) => `It is signed with ${show(header?.['alg'])}.`,
  'token-invalid': ({ form }) =>
    form === 'malformed'
      ? 'It is neither a JWT nor has it the prefix of an API key (ak_), an M2M token (mt_) or an OAuth token (oat_).'
      : null,
};

export interface Explanation {
  readonly meaning: string;
  readonly detail: string | null;
  readonly remedy: string;
}

/** @param said what the verdict itself says, in fixed words; without it, what the reason means */
export function explain(
  reason: TokenReason,
  facts: TokenFacts,
  around: Surroundings,
  said: string = TOKEN_REASONS[reason].meaning,
): Explanation {
  if (reason === 'token-verification-failed' && said.includes('audience')) return explainAudience(facts, around);
  // One reason stands for all faults of a machine's JWT; its words are those of the fault.
  const fault = FOLDED.get(said) ?? reason;
  return {
    meaning: reason === 'token-verification-failed' ? said : TOKEN_REASONS[reason].meaning,
    detail: DETAILS[fault]?.(facts, around) ?? null,
    remedy: TOKEN_REASONS[fault].remedy,
  };
}

const FOLDED: ReadonlyMap<string, TokenReason> = new Map(
  (Object.keys(TOKEN_REASONS) as TokenReason[]).map((reason) => [TOKEN_REASONS[reason].meaning, reason]),
);

function explainAudience({ kind, payload }: TokenFacts, { audience }: Surroundings): Explanation {
  const aud = payload?.['aud'];
  const isSession = kind === 'session_token';
  return {
    meaning: 'The token is meant for another audience, or names none.',
    detail: payload === null ? null : `It is meant for ${show(aud)}; accepted audience: ${list(audience)}.`,
    remedy: !isSession
      ? 'Get a token for this resource, or list its `aud` in the option `audience` (here: --audience).'
      : aud === undefined
        ? 'Add `aud` to the session token in the Clerk dashboard, or leave `sessionTokens` out of the option `audience`.'
        : 'List its `aud` in the option `audience` (here: --audience), or take it out of the customised session token.',
  };
}

/** Times of a good token, for a person. */
export function validity({ payload }: TokenFacts, now: number): string | null {
  const exp = payload?.['exp'];
  return typeof exp === 'number' ? `It expires in ${duration(exp * 1000 - now)}.` : null;
}

function sinceClaim(
  payload: TokenFacts['payload'],
  claim: string,
  now: number,
  before: string,
  after: string,
): string | null {
  const seconds = payload?.[claim];
  if (typeof seconds !== 'number' || !Number.isSafeInteger(seconds) || Math.abs(seconds) > 8e12) return null;
  const at = new Date(seconds * 1000).toISOString();
  return `${[before, duration(seconds * 1000 - now), after].filter(Boolean).join(' ')} (${claim} is ${at}, the clock says ${new Date(now).toISOString()}).`;
}

function show(value: unknown): string {
  return value === undefined
    ? 'nothing'
    : printable(typeof value === 'string' ? value : JSON.stringify(value)).slice(0, 200);
}

function list(values: readonly string[]): string {
  return values.length === 0 ? 'none' : values.map(show).join(', ');
}

/** What the Backend API says about an opaque token, judged: a 200 alone means nothing yet. */
import type { UpstreamAnswer, VerificationUpstream } from '../ports.js';
import { describeAnswer } from '../shared/upstream-body.js';
import type { ApiKey, M2MToken, MachineTokenType, OAuthAccessToken } from '../types.js';
import { isText, matchesAudience, splitScopes, WRONG_AUDIENCE, WRONG_MACHINE } from './claims.js';
import type { JsonObject } from './decode.js';
import { apiKeyFromAnswer, m2mFromAnswer, oauthFromAnswer, toMs } from './machine.js';
import { accept, leaveUnchecked, refuse } from './outcome.js';
import type { Refused, Unchecked, Verdict } from './verdict.js';
import { isRecord } from '../shared/is-record.js';
import { DEFAULT_RETRY_AFTER_MS } from '../shared/retry-after.js';

export interface AnswerExpectations {
  /** Of OAuth tokens (RFC 8707); empty: not checked. */
  readonly audience: readonly string[];
  /** M2M tokens must be meant for this machine; null: not checked. */
  readonly machineId: string | null;
}

export type MachineData = ApiKey | M2MToken | OAuthAccessToken;

interface OpaqueKind {
  readonly prefix: string;
  readonly permission: 'apiKey' | 'm2m' | 'oauth';
  /** `object` of a good answer. */
  readonly object: string;
  /** How its subjects begin. */
  readonly subjects: readonly string[];
  readonly ask: (upstream: VerificationUpstream, token: string) => Promise<UpstreamAnswer>;
  readonly read: (body: JsonObject) => MachineData;
  /** Null if it is meant for this server. */
  readonly meant: (body: JsonObject, expected: AnswerExpectations) => Refused | null;
}

export const OPAQUE_KINDS: Readonly<Record<MachineTokenType, OpaqueKind>> = {
  api_key: {
    prefix: 'ak_',
    permission: 'apiKey',
    object: 'api_key',
    subjects: ['user_', 'org_', 'mch_'],
    ask: (upstream, token) => upstream.verifyApiKey(token),
    read: apiKeyFromAnswer,
    meant: () => null,
  },
  m2m_token: {
    prefix: 'mt_',
    permission: 'm2m',
    object: 'machine_to_machine_token',
    subjects: ['mch_'],
    ask: (upstream, token) => upstream.verifyM2MToken(token),
    read: m2mFromAnswer,
    meant: ({ scopes }, { machineId }) =>
      machineId === null || splitScopes(scopes).includes(machineId) ? null : WRONG_MACHINE,
  },
  oauth_token: {
    prefix: 'oat_',
    permission: 'oauth',
    object: 'clerk_idp_oauth_access_token',
    subjects: ['user_'],
    ask: (upstream, token) => upstream.verifyOAuthToken(token),
    read: oauthFromAnswer,
    meant: ({ aud }, { audience }) => (matchesAudience(aud, audience) ? null : WRONG_AUDIENCE),
  },
};

const MAX_OPAQUE_LENGTH = 1_024;

/** Worth a call: the prefix, something behind it, and only what a bearer token may hold (RFC 6750 section 2.1). */
export function isPlausible(token: string, prefix: string): boolean {
  if (token.length <= prefix.length || token.length > MAX_OPAQUE_LENGTH || !token.startsWith(prefix)) return false;
  return /^[A-Za-z0-9._~+/-]+=*$/.test(token);
}

const INVALID = refuse('token-invalid');

/** Refused: Clerk knows that it is bad. Unchecked: Clerk could not say. */
export function judgeAnswer(
  tokenType: MachineTokenType,
  answer: UpstreamAnswer,
  expected: AnswerExpectations,
  nowMs: number,
): Verdict<MachineData> {
  const { status, body } = answer;
  if (status !== 200) return judgeStatus(answer);
  // No JSON object in a 200 comes from something between Clerk and here, and tells nothing about the token.
  if (!isRecord(body)) return unknown(answer);
  const kind = OPAQUE_KINDS[tokenType];
  const good: JsonObject = body;
  if (!isLive(good, kind, nowMs)) return INVALID;
  return kind.meant(good, expected) ?? accept(kind.read(good));
}

function judgeStatus(answer: UpstreamAnswer): Refused | Unchecked {
  if (answer.status === 404 || answer.status === 400) return INVALID;
  if (answer.status === 401) return leaveUnchecked('secret-key-invalid', answer.retryAfterMs ?? DEFAULT_RETRY_AFTER_MS);
  return unknown(answer);
}

function unknown(answer: UpstreamAnswer): Unchecked {
  return leaveUnchecked('unexpected-error', answer.retryAfterMs ?? DEFAULT_RETRY_AFTER_MS, describeAnswer(answer));
}

/** Everything that makes a credential alive is said explicitly; `{ active: false }` says none of it. */
function isLive(body: JsonObject, kind: OpaqueKind, nowMs: number): boolean {
  const { object, id, subject, revoked, expired } = body;
  return (
    object === kind.object &&
    isText(id) &&
    id !== '' &&
    isText(subject) &&
    kind.subjects.some((prefix) => subject.startsWith(prefix) && subject.length > prefix.length) &&
    revoked === false &&
    expired === false &&
    isAhead(body['expiration'], nowMs)
  );
}

function isAhead(expiration: unknown, nowMs: number): boolean {
  if (expiration === null || expiration === undefined) return true;
  return typeof expiration === 'number' && toMs(expiration) > nowMs;
}

/** Judges the Backend API's answer about an opaque token: a status of 200 alone proves nothing. */
import type { UpstreamAnswer, VerifyOperation } from '../ports.js';
import { isRecord } from '../ground/is-record.js';
import { DEFAULT_RETRY_AFTER_MS } from '../ground/retry-after.js';
import { describeAnswer } from '../ground/upstream-body.js';
import { isText } from './claims.js';
import type { JsonObject } from './decode.js';
import { toMs } from './readers.js';
import { accept, leaveUnchecked, refuse, type Refused, type Unchecked, type Verdict } from './verdict.js';

export interface AnswerExpectations {
  /** The audience of OAuth tokens (RFC 8707); empty: not checked. */
  readonly audience: readonly string[];
  /** The machine that M2M tokens must be meant for; null: not checked. */
  readonly machineId: string | null;
}

/** The opaque form of one kind of token, which only the Backend API can verify. */
export interface OpaqueForm<Data> {
  /** The beginning of every such token; case-sensitive. */
  readonly prefix: string;
  /** The question to the Backend API. */
  readonly ask: VerifyOperation;
  /** `object` of a good answer. */
  readonly object: string;
  /** The prefixes of its subjects. */
  readonly subjects: readonly string[];
  /** Returns null if the token is meant for this server. */
  readonly meant: (body: JsonObject, expected: AnswerExpectations) => Refused | null;
  readonly read: (body: JsonObject) => Data;
}

const INVALID = refuse('token-invalid');

/** The verdict is `refused` if Clerk knows that the token is bad, and `unchecked` if Clerk could not say. */
export function judgeAnswer<Data>(
  form: OpaqueForm<Data>,
  answer: UpstreamAnswer,
  expected: AnswerExpectations,
  nowMs: number,
): Verdict<Data> {
  const { status, body } = answer;
  if (status !== 200) return judgeStatus(answer);
  // A 200 without a JSON object comes from something between Clerk and this server, and says nothing about the token.
  if (!isRecord(body)) return unexpected(answer);
  if (!isLive(body, form, nowMs)) return INVALID;
  return form.meant(body, expected) ?? accept(form.read(body));
}

function judgeStatus(answer: UpstreamAnswer): Refused | Unchecked {
  if (answer.status === 404 || answer.status === 400) return INVALID;
  if (answer.status === 401) return leaveUnchecked('secret-key-invalid', answer.retryAfterMs ?? DEFAULT_RETRY_AFTER_MS);
  return unexpected(answer);
}

function unexpected(answer: UpstreamAnswer): Unchecked {
  return leaveUnchecked('unexpected-error', answer.retryAfterMs ?? DEFAULT_RETRY_AFTER_MS, describeAnswer(answer));
}

/** A live credential has every one of these members; `{ active: false }` has none of them. */
function isLive(body: JsonObject, form: OpaqueForm<unknown>, nowMs: number): boolean {
  const { object, id, subject, revoked, expired } = body;
  return (
    object === form.object &&
    isText(id) &&
    id !== '' &&
    isText(subject) &&
    form.subjects.some((prefix) => subject.startsWith(prefix) && subject.length > prefix.length) &&
    revoked === false &&
    expired === false &&
    isAhead(body['expiration'], nowMs)
  );
}

function isAhead(expiration: unknown, nowMs: number): boolean {
  if (expiration === null || expiration === undefined) return true;
  return typeof expiration === 'number' && toMs(expiration) > nowMs;
}

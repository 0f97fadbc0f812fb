/** One attempt to load a key set, and the judgement of the answer. */
import { UpstreamUnreachable, type UpstreamAnswer, type VerificationUpstream } from '../ports.js';
import type { TokenReason } from '../reasons.js';
import { describeAnswer } from '../ground/upstream-body.js';
import { keyFromJwk, MAX_KEYS, type VerificationKey } from './keys.js';

export type KeySet = ReadonlyMap<string, VerificationKey>;

export interface LoadFailure {
  readonly reason: Extract<TokenReason, 'jwk-remote-failed-to-load' | 'secret-key-invalid' | 'authentication-fault'>;
  /** The wait that Clerk or the transport asked for; null: none. */
  readonly retryAfterMs: number | null;
  /** A sentence about the answer that came instead of keys; null when no answer came. */
  readonly detail: string | null;
  /** The thrown value, where this server is at fault. */
  readonly fault?: unknown;
}

export type LoadResult =
  | { readonly keys: KeySet; /** The answer that holds them. */ readonly document: unknown }
  | { readonly failure: LoadFailure };

const failed = (detail: string | null, retryAfterMs: number | null = null): LoadResult => ({
  failure: { reason: 'jwk-remote-failed-to-load', retryAfterMs, detail },
});

const NO_KEYS = 'The answer holds no usable key.';

/** Never rejects. A set without a usable key counts as a failure, so that the known keys go on. */
export async function loadKeySet(upstream: VerificationUpstream): Promise<LoadResult> {
  let answer: UpstreamAnswer;
  try {
    answer = await upstream.jwks();
  } catch (error) {
    if (error instanceof UpstreamUnreachable) return failed(null, error.retryAfterMs);
    return { failure: { reason: 'authentication-fault', retryAfterMs: null, detail: null, fault: error } };
  }
  const { status, body, notJson, retryAfterMs } = answer;
  if (status === 401) {
    return { failure: { reason: 'secret-key-invalid', retryAfterMs, detail: describeAnswer(answer) } };
  }
  if (status !== 200) return failed(describeAnswer(answer), retryAfterMs);
  const keys = keySetFrom(body);
  return keys === null ? failed(notJson ? describeAnswer(answer) : NO_KEYS) : { keys, document: body };
}

/** Null if the document is no JWKS, holds more than {@link MAX_KEYS} entries, or holds no usable key. */
export function keySetFrom(document: unknown): KeySet | null {
  const entries = (document as { readonly keys?: unknown } | null | undefined)?.keys;
  if (!Array.isArray(entries) || entries.length > MAX_KEYS) return null;
  const keys = new Map<string, VerificationKey>();
  for (const entry of entries) {
    const key = keyFromJwk(entry);
    // The first of several keys with one id stays, so that an appended key cannot replace it.
    if (typeof key?.kid === 'string' && !keys.has(key.kid)) keys.set(key.kid, key);
  }
  return keys.size > 0 ? keys : null;
}

/** Verifications by a link in an e-mail or by a provider. The browser comes back with a secret in the URL. */
import type { InstanceState } from '../../state/instance-state.js';
import type { Fields, Verification, VerificationRedirectRow } from '../../state/rows.js';
import { deliver, type Recipient } from './messages.js';
import { pending } from './verification.js';

const LIFETIME_MS = 10 * 60_000;

/** What a link or a provider's answer verifies. */
export interface RedirectSubject {
  readonly kind: VerificationRedirectRow['kind'];
  /** The id of the attempt, the address or the account. */
  readonly id: string;
  /** The URL by which the page reaches the instance, without a slash at its end. Links begin with it. */
  readonly baseUrl: string;
}

const textOrNull = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);

function storeRedirect(
  state: InstanceState,
  strategy: string,
  { kind, id }: RedirectSubject,
  input: Fields,
): VerificationRedirectRow {
  const now = state.now();
  const table = state.table('verification_redirects');
  // The newest counts: a link that was sent before is no longer good.
  for (const old of table.by('subject_id', id)) if (old.strategy === strategy) table.delete(old.id);
  return table.insert({
    id: state.secret(43),
    strategy,
    kind,
    subject_id: id,
    redirect_url: textOrNull(input['redirect_url']),
    complete_url: textOrNull(input['action_complete_redirect_url']),
    expire_at: now + LIFETIME_MS,
    created_at: now,
  });
}

/** Sends a link that verifies its address. */
export function sendLink(
  state: InstanceState,
  strategy: string,
  recipient: Recipient,
  subject: RedirectSubject,
  input: Fields,
): Verification {
  const { id } = storeRedirect(state, strategy, subject, input);
  deliver(state, strategy, recipient, `${subject.baseUrl}/v1/verify?token=${id}`);
  return pending(state, strategy);
}

/** Sends the browser to the instance's page for providers, where a person picks an account. */
export function sendToProvider(
  state: InstanceState,
  strategy: string,
  subject: RedirectSubject,
  input: Fields,
): Verification {
  const { id } = storeRedirect(state, strategy, subject, input);
  return pending(state, strategy, {
    external_verification_redirect_url: `${subject.baseUrl}/provider?token=${id}`,
  });
}

/** The redirect that a secret names; null if it is unknown, used, or of a strategy of another kind. */
export function openRedirect(state: InstanceState, token: string, strategy: RegExp): VerificationRedirectRow | null {
  const row = state.table('verification_redirects').get(token);
  return row !== undefined && strategy.test(row.strategy) ? row : null;
}

/** A redirect works once. */
export const closeRedirect = (state: InstanceState, { id }: VerificationRedirectRow): void => {
  state.table('verification_redirects').delete(id);
};

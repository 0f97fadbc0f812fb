/** The stored payloads of handshakes, which a server redeems by nonce. */
import type { InstanceState } from '../../state/instance-state.js';
import { refusal } from '../records/refusals.js';

/** How long the payload of a handshake is good, as a nonce or as a token. */
export const PAYLOAD_LIFETIME_SECONDS = 60;

/** @param directives `Set-Cookie` values. Gives the nonce. */
export function storeHandshake(state: InstanceState, directives: readonly string[]): string {
  const now = state.now();
  const row = { id: state.secret(40), directives, created_at: now, expires_at: now + PAYLOAD_LIFETIME_SECONDS * 1000 };
  const table = state.table('handshakes');
  // Expired handshakes of browsers that never came back; rows are oldest first.
  for (const { id, expires_at: until } of table.rows()) {
    if (until === undefined || until > now) break;
    table.delete(id);
  }
  return table.insert(row).id;
}

/** A nonce works once, so that one from a log or a Referer is of no use. @throws ApiError 404 */
export function redeemHandshake(state: InstanceState, nonce: string): readonly string[] {
  const kept = state.table('handshakes').delete(nonce);
  if (kept === undefined || (kept.expires_at !== undefined && kept.expires_at <= state.now())) {
    throw refusal('resource_not_found', 'There is no handshake with this nonce.');
  }
  return kept.directives;
}

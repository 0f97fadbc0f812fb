/** Allowlist, blocklist and subaddresses. They restrict sign-up and sign-in, not the Backend API. */
import { settingsOf } from '../instance/settings.js';
import type { InstanceState } from '../../state/instance-state.js';
import { baseOf, mailboxOf } from './same-mailbox.js';

/**
 * The reason why a user with these e-mail addresses is refused; null if the user is not. Restrictions apply to sign-ups. Allowlist and blocklist apply to
 * sign-ins too where `allowlist_blocklist_disabled_on_sign_in` is false, as in old applications. The allowlist wins over the blocklist.
 */
export function restrictionFor(
  state: InstanceState,
  addresses: readonly string[],
  phase: 'sign-up' | 'sign-in',
  invited = false,
): string | null {
  const settings = settingsOf(state, 'restrictions');
  if (phase === 'sign-in' && settings.allowlist_blocklist_disabled_on_sign_in) return null;
  const allowlisted = addresses.some((address) => isListed(state, 'allowlist_identifiers', address));
  const restricted = settings.allowlist || settingsOf(state, 'auth').restricted_to_allowlist;
  if (restricted && !allowlisted && !invited) return 'This instance takes only addresses on its allowlist.';
  if (settings.blocklist && !allowlisted && addresses.some(isBlocked(state)))
    return 'The address is on the blocklist of this instance.';
  if (phase === 'sign-up' && settings.block_email_subaddresses && addresses.some(isUsedOtherwise(state)))
    return 'This instance takes each mailbox once, and somebody has signed up with another address of this one.';
  return null;
}

/** A blocked address blocks its subaddresses; a blocked subaddress blocks itself alone. */
const isBlocked = (state: InstanceState) => (address: string) => {
  const names = [mailboxOf(address), baseOf(address)];
  return (
    isListed(state, 'blocklist_identifiers', address) ||
    state
      .table('blocklist_identifiers')
      .rows()
      .some(({ identifier }) => names.includes(mailboxOf(identifier ?? '')))
  );
};

/** The first address of a mailbox passes, in whatever form. */
const isUsedOtherwise = (state: InstanceState) => (address: string) =>
  state
    .table('email_addresses')
    .rows()
    .some((row) => row.email_address !== address && baseOf(row.email_address) === baseOf(address));

/** An entry is an address, a domain as `*@example.com`, `@example.com` or `example.com`, or all that is below a domain as `*@*.example.com`. */
function isListed(
  state: InstanceState,
  table: 'allowlist_identifiers' | 'blocklist_identifiers',
  address: string,
): boolean {
  const domain = address.slice(address.lastIndexOf('@') + 1);
  const labels = domain.split('.');
  const above = labels.slice(1).map((_, index) => `*@*.${labels.slice(index + 1).join('.')}`);
  return [address, `*@${domain}`, `@${domain}`, domain, ...above].some(
    (entry) => state.table(table).by('identifier', entry).length > 0,
  );
}

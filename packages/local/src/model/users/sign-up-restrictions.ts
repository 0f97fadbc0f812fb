/** Who may sign up and sign in at all. The Backend API is not bound by it: whoever holds the secret key has decided already. */
import { settingsOf } from '../instance/settings.js';
import type { InstanceState } from '../../state/instance-state.js';

/**
 * Why the instance's restrictions keep somebody with these e-mail addresses out; null if they do not. As Clerk's documentation has it, allowlist
 * and blocklist hold for signing in too, unless that is switched off, and who is on both lists is let in.
 */
export function restrictionOf(
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
  if (phase === 'sign-up' && settings.block_email_subaddresses && addresses.some(hasSubaddress))
    return 'This instance takes no addresses with "+", "=" or "#".';
  return null;
}

const isBlocked = (state: InstanceState) => (address: string) => isListed(state, 'blocklist_identifiers', address);

const hasSubaddress = (address: string): boolean => /[+=#][^@]*@/.test(address);

/** An entry is an address, or a whole domain as `*@example.com`, `@example.com` or `example.com`. */
function isListed(
  state: InstanceState,
  table: 'allowlist_identifiers' | 'blocklist_identifiers',
  address: string,
): boolean {
  const domain = address.slice(address.lastIndexOf('@') + 1);
  return [address, `*@${domain}`, `@${domain}`, domain].some(
    (entry) => state.table(table).by('identifier', entry).length > 0,
  );
}

/** Which addresses reach the same mailbox. */

const GMAIL = /^(gmail|googlemail)\.com$/;
const YAHOO = /^(yahoo\.[a-z.]+|ymail\.com|rocketmail\.com)$/;

/** The address as its provider reads it: dots mean nothing to Gmail. */
export function mailboxOf(address: string): string {
  const { local, domain } = partsOf(address);
  return `${GMAIL.test(domain) ? local.replaceAll('.', '') : local}@${domain}`;
}

/** Without the subaddress, which begins with `+`, `=` or `#`, at Yahoo with a hyphen. */
export function baseOf(address: string): string {
  const { local, domain } = partsOf(mailboxOf(address));
  const [base = ''] = local.split(YAHOO.test(domain) ? /[+=#-]/ : /[+=#]/);
  return `${base}@${domain}`;
}

function partsOf(address: string): { readonly local: string; readonly domain: string } {
  const at = address.lastIndexOf('@');
  return { local: address.slice(0, Math.max(at, 0)).toLowerCase(), domain: address.slice(at + 1).toLowerCase() };
}

/** The formats of identifiers, times, URLs and domains: readers that refuse other text. */
import { invalidFormat, refusal } from './refusals.js';

/** Lower-cased. @throws ApiError 422 */
export function readEmailAddress(value: unknown, paramName = 'email_address'): string {
  const text = typeof value === 'string' ? value.trim().toLowerCase() : '';
  if (!/^[^\s@,;]+@[^\s@,;]+\.[^\s@,;.]+$|^[^\s@,;]+@localhost$/.test(text))
    throw invalidFormat(paramName, 'a valid email address');
  return text;
}

/** E.164. @throws ApiError 422 */
export function readPhoneNumber(value: unknown, paramName = 'phone_number'): string {
  const text = typeof value === 'string' ? value.replace(/[\s().-]/g, '') : '';
  if (!/^\+[1-9]\d{5,14}$/.test(text))
    throw invalidFormat(paramName, 'a valid phone number according to E.164 international standard');
  return text;
}

/** An address of Ethereum, or of Solana (32 bytes in Base58). @throws ApiError 422 */
export function readWeb3Wallet(value: unknown, paramName = 'web3_wallet'): string {
  const text = typeof value === 'string' ? value : '';
  if (!/^(0x[0-9a-fA-F]{40}|[1-9A-HJ-NP-Za-km-z]{32,44})$/.test(text))
    throw invalidFormat(paramName, 'the address of a wallet');
  return text;
}

/** A domain of at least two labels. */
export const isDomainName = (text: string): boolean => /^[a-z0-9-]+(\.[a-z0-9-]+)+$/i.test(text);

/** RFC 3339 to ms. @throws ApiError 422 */
export function readTime(value: unknown, paramName: string): number {
  const time = typeof value === 'string' && /^\d{4}-\d\d-\d\dT/.test(value) ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(time))
    throw refusal('form_param_invalid_time', `${paramName} must be a time in RFC 3339 format.`, { paramName });
  return time;
}

/** @throws ApiError 422 */
export function readUrl(value: unknown, paramName: string): string {
  if (typeof value !== 'string' || !URL.canParse(value)) throw invalidFormat(paramName, 'a valid URL');
  return value;
}

export type IdentifierType = 'email_address' | 'phone_number' | 'web3_wallet';

/** The type of an entry of the allowlist or blocklist; `*@example.com` stands for all addresses of a domain. @throws ApiError 422 */
export function identifierType(identifier: string): IdentifierType {
  if (/^0x[0-9a-f]{40}$/i.test(identifier)) return 'web3_wallet';
  if (/^\+[1-9]\d{5,14}$/.test(identifier)) return 'phone_number';
  if (/^(\*|[^\s@]+)?@?[^\s@]+\.[^\s@]+$/.test(identifier)) return 'email_address';
  throw invalidFormat('identifier', 'an email address, a domain, a phone number or a web3 wallet');
}

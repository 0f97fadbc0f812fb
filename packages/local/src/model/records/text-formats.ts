/** Forms of what identifies people. */
import { invalidFormat } from './refusals.js';

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

/** RFC 3339 to ms. @throws ApiError 422 */
export function readTime(value: unknown, paramName: string): number {
  const time = typeof value === 'string' && /^\d{4}-\d\d-\d\dT/.test(value) ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(time)) throw invalidFormat(paramName, 'a time in RFC 3339 format');
  return time;
}

/** @throws ApiError 422 */
export function readUrl(value: unknown, paramName: string): string {
  if (typeof value !== 'string' || !URL.canParse(value)) throw invalidFormat(paramName, 'a valid URL');
  return value;
}

export type IdentifierType = 'email_address' | 'phone_number' | 'web3_wallet';

/** What an entry of the allow- or blocklist names; `*@example.com` stands for all addresses of a domain. @throws ApiError 422 */
export function identifierType(identifier: string): IdentifierType {
  if (/^0x[0-9a-f]{40}$/i.test(identifier)) return 'web3_wallet';
  if (/^\+[1-9]\d{5,14}$/.test(identifier)) return 'phone_number';
  if (/^(\*|[^\s@]+)?@?[^\s@]+\.[^\s@]+$/.test(identifier)) return 'email_address';
  throw invalidFormat('identifier', 'an email address, a domain, a phone number or a web3 wallet');
}

/** How users and organizations are shown. */
import type { Row, InstanceState } from '../../state/instance-state.js';
import { html, type Markup } from '../../frontend-api/pages/html.js';

const HUES = 6;

export function nameOf(user: Row): string {
  const name = [user['first_name'], user['last_name']]
    .filter((part) => typeof part === 'string' && part !== '')
    .join(' ');
  return name || textOr(user['username'], user.id);
}

export function textOr(value: unknown, otherwise: string): string {
  return typeof value === 'string' && value !== '' ? value : otherwise;
}

/** The address to show: the primary one, else any. */
export function emailOf(state: InstanceState, user: Row): string | null {
  const addresses = state.table('email_addresses');
  const primary = addresses.get(String(user['primary_email_address_id'])) ?? addresses.by('user_id', user.id)[0];
  const address: unknown = primary?.['email_address'];
  return typeof address === 'string' ? address : null;
}

/** All e-mail addresses of a user. */
export function addressesOf(state: InstanceState, user: Row): readonly string[] {
  return state
    .table('email_addresses')
    .by('user_id', user.id)
    .map((row) => String(row['email_address']));
}

export function avatar(name: string, id: string, square = false): Markup {
  const initials = name
    .split(/[^\p{L}\p{N}]+/u)
    .filter(Boolean)
    .map((word) => [...word][0] ?? '')
    .slice(0, 2)
    .join('')
    .toUpperCase();
  const hue =
    [...(id || name)].reduce((hash, character) => (hash * 31 + (character.codePointAt(0) ?? 0)) % 65_521, 7) % HUES;
  return html`<span class="avatar h${hue}${square ? ' square' : ''}" aria-hidden="true">${initials}</span>`;
}

/** `org:admin` reads `admin`. */
export function roleName(role: unknown): string {
  return textOr(role, '').replace(/^org:/, '');
}

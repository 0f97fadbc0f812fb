/** How users, organizations and roles are shown on pages. */
import { html, type Markup } from './html.js';

const HUES = 6;

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
export function roleName(role: string): string {
  return role.replace(/^org:/, '');
}

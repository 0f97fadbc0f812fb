/** How users, organizations and roles are shown on pages. */
import { emailOf, nameOf } from '../../model/users/names.js';
import type { InstanceState } from '../../state/instance-state.js';
import type { UserRow } from '../../state/rows.js';
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

/** How a user stands in a list: a name or an address first, and never an id above something that a person knows. */
export function labelOf(state: InstanceState, user: UserRow): { readonly title: string; readonly detail: string } {
  const name = nameOf(user);
  const email = emailOf(state, user);
  return name === user.id && email !== null
    ? { title: email, detail: user.id }
    : { title: name, detail: email ?? user.id };
}

/** `org:admin` reads `admin`. */
export function roleName(role: string): string {
  return role.replace(/^org:/, '');
}

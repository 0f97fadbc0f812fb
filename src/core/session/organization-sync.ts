/** Compares the organization that a URL asks for with the active one of the session. */
import type { Config } from '../config/config.js';
import type { SessionClaims } from '../../types.js';

export type OrganizationTarget =
  | { readonly kind: 'organization'; readonly id: string }
  | { readonly kind: 'organization'; readonly slug: string }
  | { readonly kind: 'personal' };

/** The target of a path. Organization patterns win over personal ones, and an id wins over a slug; a match without either is none. */
export function organizationTarget(config: Config, path: string): OrganizationTarget | null {
  const sync = config.organizationSync;
  if (sync === null) return null;
  const match = sync.matchOrganization(path);
  if (match?.id) return { kind: 'organization', id: match.id };
  if (match?.slug) return { kind: 'organization', slug: match.slug };
  return sync.matchPersonalAccount(path) ? { kind: 'personal' } : null;
}

/** The `organization_id` of a handshake: an id or a slug; empty for the personal account. */
export function organizationParameter(target: OrganizationTarget): string {
  if (target.kind === 'personal') return '';
  return 'id' in target ? target.id : target.slug;
}

/** Whether the session must be switched before the page is served. A pending session has no active user, so nothing to switch. */
export function needsActivation(target: OrganizationTarget, claims: SessionClaims): boolean {
  if (claims.sts === 'pending') return false;
  const active =
    claims.v === 2 ? { id: claims.o?.id, slug: claims.o?.slg } : { id: claims.org_id, slug: claims.org_slug };
  if (target.kind === 'personal') return Boolean(active.id);
  return 'id' in target ? target.id !== active.id : target.slug !== active.slug;
}

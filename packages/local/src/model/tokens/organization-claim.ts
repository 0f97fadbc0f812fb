/** The active organization in a token. */
export interface TokenOrganization {
  readonly id: string;
  readonly slug: string | null;
  /** With its `org:`. */
  readonly role: string;
  /** `org:<feature>:<permission>`. */
  readonly permissions: readonly string[];
}

export interface OrganizationClaims {
  readonly o: Readonly<Record<string, string>>;
  /** With the features that the permissions name. */
  readonly fea: string;
}

/**
 * Clerk's v2 form: `per` names each permission once, `fpm` has a bit mask over `per` for each feature of `fea`. Features of the organization come
 * first in `fea`: libraries differ in whether features of users alone take up a place in `fpm`, and so both readings agree.
 *
 * System permissions (`org:sys_...`) never stand in tokens.
 *
 * @param features `<scope>:<slug>` entries beside those that the permissions name
 */
export function encodeOrganization(organization: TokenOrganization, features: readonly string[]): OrganizationClaims {
  const granted = organization.permissions.filter((key) => !key.startsWith('org:sys_')).map(splitPermission);
  const names = [...new Set(granted.map(({ permission }) => permission))];
  const entries = orderFeatures(
    features,
    granted.map(({ feature }) => feature),
  );
  const masks = entries.filter(isForOrganizations).map((entry) =>
    maskOf(
      names,
      granted.filter(({ feature }) => feature === slugOf(entry)).map(({ permission }) => permission),
    ),
  );
  const o: Record<string, string> = { id: organization.id, rol: organization.role.replace(/^org:/, '') };
  if (organization.slug !== null) o['slg'] = organization.slug;
  if (names.length > 0) {
    o['per'] = names.join(',');
    o['fpm'] = masks.join(',');
  }
  return { o, fea: entries.join(',') };
}

/**
 * Features that organizations have first, each once; permissions bring their feature along.
 */
export function orderFeatures(features: readonly string[], ofPermissions: readonly string[] = []): string[] {
  const known = new Set(features.filter(isForOrganizations).map(slugOf));
  const missing = [...new Set(ofPermissions)].filter((slug) => !known.has(slug)).map((slug) => `o:${slug}`);
  const all = [...new Set([...features, ...missing])];
  return [...all.filter(isForOrganizations), ...all.filter((entry) => !isForOrganizations(entry))];
}

function splitPermission(key: string): { feature: string; permission: string } {
  const [, feature, permission] = /^org:([^:,\s]+):([^:,\s]+)$/.exec(key) ?? [];
  if (feature === undefined || permission === undefined) {
    throw new TypeError(`A permission looks like org:<feature>:<permission>, and this one does not: ${key}`);
  }
  return { feature, permission };
}

function maskOf(names: readonly string[], granted: readonly string[]): string {
  // BigInt: a mask may need more than the 53 bits that a number has.
  return granted.reduce((mask, name) => mask | (1n << BigInt(names.indexOf(name))), 0n).toString();
}

function isForOrganizations(entry: string): boolean {
  return entry.slice(0, entry.indexOf(':')).includes('o');
}

function slugOf(entry: string): string {
  return entry.slice(entry.indexOf(':') + 1);
}

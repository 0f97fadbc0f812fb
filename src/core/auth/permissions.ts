/**
 * The compact lists of version 2 claims: `fea` and `pla` (`o:dash,u:beta,ou:both`), and the permissions that `o.per`
 * and `o.fpm` spell out as one bit mask for each feature.
 */

export interface ScopedSlug {
  /** Applies to the active organization. */
  readonly organization: boolean;
  /** Applies to the user. */
  readonly user: boolean;
  readonly slug: string;
}

const SCOPES: Readonly<Record<string, Pick<ScopedSlug, 'organization' | 'user'>>> = {
  o: { organization: true, user: false },
  u: { organization: false, user: true },
  ou: { organization: true, user: true },
  uo: { organization: true, user: true },
};
/** An element that keeps its place in the list and grants nothing. */
const VOID: ScopedSlug = { organization: false, user: false, slug: '' };

/** The elements in order, or null if the claim is absent or malformed (an element without a colon spoils the list). */
export function parseScopedList(claim: unknown): readonly ScopedSlug[] | null {
  if (typeof claim !== 'string' || claim === '') return null;
  const elements = claim.split(',').map(parseElement);
  return elements.includes(null) ? null : (elements as ScopedSlug[]);
}

function parseElement(element: string): ScopedSlug | null {
  const [scope = '', slug, ...rest] = element.trim().split(':');
  if (slug === undefined) return null;
  const applies = Object.hasOwn(SCOPES, scope) ? SCOPES[scope] : undefined;
  return applies === undefined || slug === '' || rest.length > 0 ? VOID : { ...applies, slug };
}

/**
 * `org:<feature>:<permission>` for every bit that is granted. Bit n of a mask stands for the n-th name in `per`.
 *
 * Clerk's documentation aligns masks with the whole list of features; Clerk's JavaScript library aligns them with those
 * of the organization alone. Where the two disagree, only what both grant is granted.
 */
export function decodePermissions(features: unknown, names: unknown, masks: unknown): readonly string[] {
  const list = parseScopedList(features);
  if (list === null || typeof names !== 'string' || typeof masks !== 'string') return [];
  const permissions = names.split(',').map((name) => name.trim());
  const parsed = masks.split(',').map((mask) => parseMask(mask.trim(), permissions.length));
  const granted: string[] = [];
  let organizationIndex = 0;
  list.forEach((feature, index) => {
    if (!feature.organization) return;
    const mask = (parsed[index] ?? 0n) & (parsed[organizationIndex] ?? 0n);
    organizationIndex += 1;
    permissions.forEach((name, bit) => {
      if (name !== '' && (mask >> BigInt(bit)) & 1n) granted.push(`org:${feature.slug}:${name}`);
    });
  });
  return granted;
}

/** Exact beyond 2^53. A mask with more digits than its permissions could fill is refused before it costs anything. */
function parseMask(text: string, permissionCount: number): bigint {
  const digits = /^\d+$/.test(text) ? text.replace(/^0+/, '') : '';
  return digits === '' || digits.length > permissionCount + 1 ? 0n : BigInt(digits);
}

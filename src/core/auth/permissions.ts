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

const SCOPES: ReadonlyMap<string, Pick<ScopedSlug, 'organization' | 'user'>> = new Map([
  ['o', { organization: true, user: false }],
  ['u', { organization: false, user: true }],
  ['ou', { organization: true, user: true }],
  ['uo', { organization: true, user: true }],
]);
/** An element that holds its place in the list and grants nothing. */
const VOID: ScopedSlug = { organization: false, user: false, slug: '' };

/** The elements in order, or null if the claim is absent or malformed (an element without a colon spoils the list). */
export function parseScopedList(claim: unknown): readonly ScopedSlug[] | null {
  if (typeof claim !== 'string' || claim === '') return null;
  const elements: ScopedSlug[] = [];
  for (const element of claim.split(',')) {
    const parsed = parseElement(element.trim());
    if (parsed === null) return null;
    elements.push(parsed);
  }
  return elements;
}

function parseElement(element: string): ScopedSlug | null {
  const colon = element.indexOf(':');
  if (colon === -1) return null;
  const applies = SCOPES.get(element.slice(0, colon));
  const slug = element.slice(colon + 1);
  if (applies === undefined || slug === '' || slug.includes(':')) return VOID;
  return { organization: applies.organization, user: applies.user, slug };
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
  // By index, because iterators with pairs would double the time, and every new token comes here.
  for (let index = 0; index < list.length; index += 1) {
    const { organization, slug } = list[index]!;
    if (!organization) continue;
    const byFeature = parsed[index] ?? 0;
    const byOrganizationFeature = parsed[organizationIndex] ?? 0;
    organizationIndex += 1;
    for (let bit = 0; bit < permissions.length; bit += 1) {
      const name = permissions[bit]!;
      const isGranted = name !== '' && hasBit(byFeature, bit) && hasBit(byOrganizationFeature, bit);
      if (isGranted) granted.push(`org:${slug}:${name}`);
    }
  }
  return granted;
}

/** The number of digits that a JavaScript number holds exactly. */
const EXACT_DIGITS = 15;

/** A mask with more digits than its permissions could fill is refused before it is parsed. */
function parseMask(text: string, permissionCount: number): number | bigint {
  if (!/^\d+$/.test(text)) return 0;
  const digits = text.startsWith('0') ? text.replace(/^0+/, '') : text;
  if (digits === '' || digits.length > permissionCount + 1) return 0;
  return digits.length > EXACT_DIGITS ? BigInt(digits) : Number(digits);
}

function hasBit(mask: number | bigint, bit: number): boolean {
  if (typeof mask === 'bigint') return ((mask >> BigInt(bit)) & 1n) === 1n;
  // Division, because the bit operators of numbers end at 2^31.
  return Math.floor(mask / 2 ** bit) % 2 === 1;
}

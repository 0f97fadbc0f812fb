/**
 * What an answer must be at this moment. It knows nothing of how Bailiff works, only what is promised: times of tokens,
 * how long keys and verdicts may be remembered, and whether Clerk could be asked.
 */
export type Answer = 'in' | 'out' | 'unavailable';

/** A credential that was issued, and what became of it. Times in ms. */
export interface Credential {
  readonly kind: 'session_token' | 'api_key' | 'm2m_token' | 'oauth_token';
  readonly token: string;
  /** Null: nothing but Clerk's word decides. */
  readonly jwt: { readonly kid: string; readonly issuedAt: number; readonly expiresAt: number } | null;
  readonly id: string;
  revokedAt: number | null;
}

export interface Oracle {
  /** Faults are in place, or nobody has seen since that everything works again. */
  disturbed: boolean;
  published(kid: string): void;
  withdrawn(kid: string): void;
  /** The clock was set back from this time: keys may have been loaded in the future, and a back-off may come again. */
  steppedBack(from: number): void;
  /** Everything worked just now, with the key that signs at present. */
  settled(): void;
  expected(credential: Credential): readonly Answer[];
  /** When nothing of before a step back can come again; ms. */
  readonly calmAt: number;
  /** Of a browser that holds this session token and may have it renewed while its session lives. */
  expectedOfBrowser(token: NonNullable<Credential['jwt']>, revokedAt: number | null): readonly Answer[];
  /** Of something that never was a credential. */
  expectedOfForgery(): readonly Answer[];
  /** Of a token that names a key which never was. */
  expectedOfUnknownKey(): readonly Answer[];
  /** Of a token that names the newest key and was signed with another. */
  expectedOfWrongKey(): readonly Answer[];
}

// The defaults of Bailiff, as its documentation states them.
const SKEW_MS = 5_000;
const FRESH_MS = 300_000;
const STALE_MS = 3_600_000;
const COOLDOWN_MS = 30_000;
const MACHINE_TTL_MS = 10_000;
const LONGEST_BACK_OFF_MS = 61_000;
const UNCHECKED: readonly Answer[] = ['unavailable'];
/** Claims have whole seconds. */
const GRAIN_MS = 1_000;

export function createOracle(clock: () => number): Oracle {
  const publishedAt = new Map<string, number>();
  const withdrawnAt = new Map<string, number>();
  let settledAt = -Infinity;
  let shakyUntil = -Infinity;
  let disturbed = true;

  /** Others may have used up the loads for key ids that nobody knows just before it was published. */
  const isNew = (published: number) => clock() - published < COOLDOWN_MS + GRAIN_MS || clock() < shakyUntil;
  const newestIsNew = () => isNew(Math.max(...publishedAt.values()));
  const inOutage = (...answers: Answer[]): readonly Answer[] =>
    disturbed || clock() < shakyUntil ? [...answers, 'unavailable'] : answers;

  function ofJwt({ kid, issuedAt, expiresAt }: NonNullable<Credential['jwt']>): readonly Answer[] {
    const now = clock();
    const withdrawn = withdrawnAt.get(kid);
    const published = publishedAt.get(kid) ?? -Infinity;
    // Before its claims comes the key. One that is new, or that is gone, may have to wait until it may be looked for.
    const keyFirst = withdrawn !== undefined || isNew(published) ? UNCHECKED : [];
    const sinceEnd = Math.max(now - expiresAt, issuedAt - now) - SKEW_MS;
    if (Math.abs(sinceEnd) <= GRAIN_MS) return inOutage('in', 'out', ...keyFirst);
    if (sinceEnd > 0) return inOutage('out', ...keyFirst);
    if (withdrawn !== undefined) {
      const bound = withdrawn + FRESH_MS + (disturbed ? STALE_MS : 0);
      return now > bound + GRAIN_MS ? inOutage('out', ...keyFirst) : inOutage('in', 'out', ...keyFirst);
    }
    if (isNew(published)) return inOutage('in', ...keyFirst);
    // Keys were at most FRESH_MS old when everything worked, and live for FRESH_MS + STALE_MS.
    const known = published < settledAt && now < settledAt + STALE_MS - GRAIN_MS;
    return known ? ['in'] : inOutage('in');
  }

  return {
    get disturbed() {
      return disturbed || clock() < shakyUntil;
    },
    set disturbed(value) {
      disturbed = value;
    },
    get calmAt() {
      return shakyUntil;
    },
    published: (kid) => void publishedAt.set(kid, clock()),
    withdrawn: (kid) => void withdrawnAt.set(kid, clock()),
    steppedBack(from) {
      settledAt = -Infinity;
      shakyUntil = Math.max(shakyUntil, from + LONGEST_BACK_OFF_MS);
    },
    settled() {
      settledAt = clock();
      disturbed = false;
    },
    expected({ jwt, revokedAt }) {
      if (jwt !== null) return ofJwt(jwt);
      if (revokedAt === null) return inOutage('in');
      const remembered = clock() < revokedAt + MACHINE_TTL_MS + SKEW_MS + GRAIN_MS;
      return remembered ? inOutage('in', 'out') : inOutage('out');
    },
    expectedOfBrowser(token, revokedAt) {
      const first = ofJwt(token);
      // As long as the token is good it decides; one from the future is not renewed.
      if (first.includes('in') || clock() < token.issuedAt) return first;
      if (revokedAt !== null) return first;
      // A token whose key was withdrawn proves nothing, so it is not renewed.
      if (withdrawnAt.has(token.kid)) return inOutage('in', 'out', ...UNCHECKED);
      return newestIsNew() ? inOutage('in', ...UNCHECKED) : inOutage('in');
    },
    expectedOfForgery: () => inOutage('out'),
    expectedOfUnknownKey: () => ['out', ...UNCHECKED],
    expectedOfWrongKey: () => inOutage('out', ...(newestIsNew() ? UNCHECKED : [])),
  };
}

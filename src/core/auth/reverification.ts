/** The age that a verification may have (Clerk's documentation, "Reverification"). Ages are in minutes, as in the token. */
import type { FactorVerificationAge, ReverificationLevel } from '../../types.js';

interface Rule {
  readonly level: ReverificationLevel;
  readonly afterMinutes: number;
}

const PRESETS: Readonly<Record<string, Rule>> = {
  strict_mfa: { level: 'multi_factor', afterMinutes: 10 },
  strict: { level: 'second_factor', afterMinutes: 10 },
  moderate: { level: 'second_factor', afterMinutes: 60 },
  lax: { level: 'second_factor', afterMinutes: 1_440 },
};

type Fresh = (age: number) => boolean;
const NOT_ENROLLED = -1;

/** Without a second factor the first one stands in for it; without a first, `multi_factor` cannot be met. */
const LEVELS: Readonly<Record<ReverificationLevel, (first: number, second: number, fresh: Fresh) => boolean>> = {
  first_factor: (first, _, fresh) => fresh(first),
  second_factor: (first, second, fresh) => fresh(second === NOT_ENROLLED ? first : second),
  multi_factor: (first, second, fresh) => fresh(first) && (second === NOT_ENROLLED || fresh(second)),
};

const MAX_MINUTES = 99_998;

/** A preset or `{ level, afterMinutes }` as a rule; null for anything else. */
export function parseReverification(value: unknown): Rule | null {
  if (typeof value === 'string') return Object.hasOwn(PRESETS, value) ? (PRESETS[value] ?? null) : null;
  if (typeof value !== 'object' || value === null) return null;
  const { level, afterMinutes } = value as Partial<Record<keyof Rule, unknown>>;
  const knownLevel = typeof level === 'string' && Object.hasOwn(LEVELS, level);
  const knownAge = typeof afterMinutes === 'number' && afterMinutes >= 1 && afterMinutes <= MAX_MINUTES;
  return knownLevel && knownAge ? { level: level as ReverificationLevel, afterMinutes } : null;
}

/** Whether the factors are fresh enough. Anything unknown, missing or malformed is not. */
export function isVerifiedRecently(age: FactorVerificationAge | null, value: unknown): boolean {
  const rule = parseReverification(value);
  if (rule === null || age === null) return false;
  const fresh: Fresh = (minutes) => minutes !== NOT_ENROLLED && minutes < rule.afterMinutes;
  return LEVELS[rule.level](age[0], age[1], fresh);
}

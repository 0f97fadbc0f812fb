/** One case, decided twice. */
import { createBailiff, type Decide } from './bailiff.js';
import { DIFFERENCES } from './differences.js';
import type { Case } from './generate.js';
import { named, type Observation } from './observe.js';
import { createReference } from './reference.js';
import type { Fixtures } from './fixtures.js';

export interface Comparison {
  /** What `@clerk/backend` answers, with the deliberate differences applied. */
  readonly expected: Observation;
  readonly actual: Observation;
  /** Names of the differences that changed something for this case. */
  readonly explained: readonly string[];
}

export function createComparison(fixtures: Fixtures): (given: Case) => Promise<Comparison> {
  const reference = createReference(fixtures);
  const bailiff = createBailiff(fixtures);
  return (given) => compare(given, fixtures, reference, bailiff);
}

async function compare(given: Case, fixtures: Fixtures, reference: Decide, bailiff: Decide): Promise<Comparison> {
  const rules = DIFFERENCES.filter((rule) => rule.when(given));
  const explained = new Set<string>();
  const apply = <T>(name: string, before: T, after: T): T => {
    if (JSON.stringify(before) !== JSON.stringify(after)) explained.add(name);
    return after;
  };
  let forReference = given;
  let forBailiff = given;
  for (const rule of rules) {
    forReference = apply(rule.name, forReference, rule.reference?.(forReference) ?? forReference);
    forBailiff = apply(rule.name, forBailiff, rule.bailiff?.(forBailiff) ?? forBailiff);
  }
  const actual = named(await bailiff(forBailiff), given, fixtures);
  let expected = named(await reference(forReference), given, fixtures);
  for (const rule of rules) expected = apply(rule.name, expected, rule.answer?.(expected, given, actual) ?? expected);
  return { expected, actual, explained: [...explained] };
}

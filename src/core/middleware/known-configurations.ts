/**
 * The configurations of the middleware that this process has made, so that a guard for a kind of token without a key fails
 * where its route is defined and not with the first request.
 *
 * The only state of a module in the package: guards are defined apart from the middleware that they stand behind, and no
 * framework tells them which that is. It decides nothing about any request; what it does not know, the request finds out.
 */
import type { Config } from '../config/config.js';

/** More than this many are applications of a kind that this does not help (one for each tenant). */
const MAX = 32;

let known: readonly Config[] | null = [];

/** @param config null: one that is not known before a request comes, so that nothing can be said any more */
export function noteConfiguration(config: Config | null): void {
  known = config === null || known === null || known.length >= MAX ? null : [...known, config];
}

/**
 * Throws what `check` throws, if it throws for every configuration there is. With none yet, or with one that only
 * requests will tell, it does not.
 */
export function checkKnownConfigurations(check: (config: Config) => void): void {
  const configs = known ?? [];
  const [first] = configs;
  if (first !== undefined && configs.every((config) => !passes(check, config))) check(first);
}

function passes(check: (config: Config) => void, config: Config): boolean {
  try {
    check(config);
    return true;
  } catch {
    return false;
  }
}

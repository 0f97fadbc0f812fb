/**
 * The configurations of the middleware that this process has made, so that a guard for a kind of token without a key fails
 * where its route is defined and not with the first request.
 *
 * This is state of the module, because guards are defined apart from the middleware in front of them, and no framework tells which
 * one that is. It decides nothing about a request: a guard checks again with the authenticator of each request.
 */
import type { Config } from '../config/config.js';

/** An application with more configurations has one for each tenant, and this check does not help it. */
const MAX = 32;

/** Null: at least one configuration is known with a request only, so that nothing can be checked. */
type Known = readonly Config[] | null;

let known: Known = [];
/** The configurations made in this turn of the event loop: most applications define all routes in one. */
let recent: Known = [];

const joined = (configs: Known, config: Config | null): Known =>
  config === null || configs === null || configs.length >= MAX ? null : [...configs, config];

/** @param config null: one that is known with a request only */
export function noteConfiguration(config: Config | null): void {
  known = joined(known, config);
  recent = joined(recent, config);
  queueMicrotask(() => {
    recent = [];
  });
}

/**
 * Throws what `check` throws, if it throws for every configuration of this turn, or for every one there is if there is
 * none of this turn. With none at all, or with one among them that only requests will tell, it does not.
 */
export function checkKnownConfigurations(check: (config: Config) => void): void {
  const configs = (recent?.length === 0 ? known : recent) ?? [];
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

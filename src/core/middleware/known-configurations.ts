/**
 * The configurations of the middleware that this process has made, so that a guard for a kind of token without a key fails
 * where its route is defined and not with the first request.
 *
 * The only state of a module that anything depends on: guards are defined apart from the middleware that they stand behind, and no
 * framework tells them which that is. It decides nothing about any request; what it does not know, the request finds out.
 */
import type { Config } from '../config/config.js';

/** More than this many are applications of a kind that this does not help (one for each tenant). */
const MAX = 32;

/** Null: there is one that is not known before a request comes, so that nothing can be said. */
type Known = readonly Config[] | null;

let known: Known = [];
/** Of these, the ones made in this turn of the event loop: an application is most often put together in one. */
let recent: Known = [];

const joined = (configs: Known, config: Config | null): Known =>
  config === null || configs === null || configs.length >= MAX ? null : [...configs, config];

/** @param config null: one that is not known before a request comes */
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

/**
 * What is wrong with the configuration of a server, found out by what Clerk answers or browsers send. Each finding is told once, to
 * the logger and to the listener, and stands in `health()` until it is mended. The words are loaded with the first finding.
 */
import type { WaitUntil } from '../../ports.js';
import type { Diagnostic } from '../../types.js';
import { runBehind } from '../../verify/background.js';
import type { DecodedJwt } from '../../verify/decode.js';
import type { Config } from '../config/config.js';

const known = new WeakMap<Config, Set<Diagnostic>>();

/** What is known to be wrong. Whoever sees that it is right again takes it out. */
export function diagnosticsOf(config: Config): Set<Diagnostic> {
  let found = known.get(config);
  if (found === undefined) known.set(config, (found = new Set()));
  return found;
}

/** Never throws, and nobody waits for it. */
export function report(config: Config, diagnostic: Diagnostic, waitUntil?: WaitUntil): void {
  const found = diagnosticsOf(config);
  if (found.has(diagnostic)) return;
  found.add(diagnostic);
  const told = import('./diagnostic-texts.js').then(({ tell }) => tell(diagnostic, config));
  runBehind(told, waitUntil);
}

/**
 * A token that no key of this server has signed: has the Frontend API of the publishable key? Then the keys are of two instances.
 *
 * @param reason of the refusal
 */
export function suspect(config: Config, reason: string, jwt: DecodedJwt | null, waitUntil: WaitUntil): void {
  if (jwt === null || (reason !== 'jwk-kid-mismatch' && reason !== 'token-invalid-signature')) return;
  const looked = import('./instance-check.js').then(async ({ isOfPublishableKey }) => {
    if (await isOfPublishableKey(config, jwt)) report(config, 'instance-mismatch');
  });
  runBehind(looked, waitUntil);
}

/**
 * Diagnostics: faults in the configuration of a server that show in what Clerk answers or browsers send. Each one goes once to the
 * logger and the listener, and stands in `health()` until it is mended. The texts are loaded with the first one.
 */
import type { WaitUntil } from '../../ports.js';
import type { Diagnostic } from '../../types.js';
import { runInBackground } from '../../verify/background.js';
import type { DecodedJwt } from '../../verify/decode.js';
import type { Config } from '../config/config.js';

const known = new WeakMap<Config, Set<Diagnostic>>();

/** The diagnostics that stand. Code that sees one mended deletes it from the set. */
export function diagnosticsOf(config: Config): Set<Diagnostic> {
  let found = known.get(config);
  if (found === undefined) known.set(config, (found = new Set()));
  return found;
}

/** Adds a diagnostic, and publishes it in the background if it is new. Never throws. */
export function reportDiagnostic(config: Config, diagnostic: Diagnostic, waitUntil?: WaitUntil): void {
  const found = diagnosticsOf(config);
  if (found.has(diagnostic)) return;
  found.add(diagnostic);
  const published = import('./diagnostic-texts.js').then(({ publish }) => publish(diagnostic, config));
  runInBackground(published, waitUntil);
}

/**
 * Looks at a refused token that no key of this server has signed. If a key of the Frontend API that the publishable key names has
 * signed it, the keys of this server are of two instances.
 *
 * @param reason of the refusal
 */
export function reportIfMismatch(config: Config, reason: string, jwt: DecodedJwt | null, waitUntil: WaitUntil): void {
  if (jwt === null || (reason !== 'jwk-kid-mismatch' && reason !== 'token-invalid-signature')) return;
  const checked = import('./instance-check.js').then(async ({ isOfPublishableKey }) => {
    if (await isOfPublishableKey(config, jwt)) reportDiagnostic(config, 'instance-mismatch');
  });
  runInBackground(checked, waitUntil);
}

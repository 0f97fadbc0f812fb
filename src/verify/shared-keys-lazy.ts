/** The shared key set, loaded with the first key that is looked for; null without a store or a secret to seal with. */
import type { VerifierOptions } from './options.js';
import type { SharedKeys } from './shared-keys.js';

export function lazySharedKeys(options: VerifierOptions): (() => Promise<SharedKeys>) | null {
  const { sealKey, cache } = options;
  const { store } = cache.machineTokens;
  if (store === null || !sealKey) return null;
  const { scope, clockSkewMs, now } = options;
  const lifetimeMs = cache.jwks.freshMs + cache.jwks.staleIfErrorMs;
  let made: SharedKeys | null = null;
  return async () => {
    const { createSharedKeys } = await import('./shared-keys.js');
    return (made ??= createSharedKeys({ store, secret: sealKey, scope, lifetimeMs, clockSkewMs, now }));
  };
}

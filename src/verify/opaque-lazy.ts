/**
 * The verifier of opaque tokens, loaded with the first of them; and the shared store, for a server that has one. A load that fails
 * is a fault, and the next token tries again. No promise is kept: in Workers it may end with the request that made it.
 */
import type { OpaqueVerifier } from './opaque.js';
import type { VerifierOptions } from './options.js';

export function createLazyOpaqueVerifier(options: VerifierOptions): OpaqueVerifier {
  let loaded: OpaqueVerifier | null = null;
  async function load(): Promise<OpaqueVerifier> {
    const { upstream, backendKeys, audience, machineId = null, clockSkewMs, sealKey, scope, now, emit } = options;
    const { store, ...settings } = options.cache.machineTokens;
    const { ttlMs } = settings;
    const expected = { audience, machineId };
    // Without a secret nothing can be sealed, and what is not sealed is not shared.
    const sealed = store !== null && sealKey ? { store, secret: sealKey } : null;
    const [{ createOpaqueVerifier }, sharing] = await Promise.all([
      import('./opaque.js'),
      sealed && import('./shared-store.js'),
    ]);
    // Several calls may have waited for the modules. Nothing is awaited from here on, so that only one verifier is made.
    if (loaded !== null) return loaded;
    // A process with other expectations must not take over this verdict.
    const bound = JSON.stringify([scope, expected]);
    const shared = sealed && sharing && sharing.createSharedStore({ ...sealed, scope: bound, ttlMs, clockSkewMs, now });
    loaded = createOpaqueVerifier({ upstream, backendKeys, settings, expected, shared, clockSkewMs, now, emit });
    return loaded;
  }

  return {
    recall: (token) => loaded && loaded.recall(token),
    verify: (token, waitUntil) =>
      loaded === null ? load().then((opaque) => opaque.verify(token, waitUntil)) : loaded.verify(token, waitUntil),
    invalidate: async (tokenOrId) => (loaded ?? (await load())).invalidate(tokenOrId),
    get size() {
      return loaded?.size ?? 0;
    },
  };
}

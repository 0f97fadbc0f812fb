/**
 * A store for `cache.machineTokens.store` in Workers without Redis: Cloudflare's Cache API. All isolates of a data center share it, so they load
 * the keys of the instance once and ask for an API key once. Bailiff seals what it puts there, so whoever else uses the cache of the zone can
 * read nothing and put nothing in.
 *
 * It ends at the data center: `invalidate()` is heard there alone, and elsewhere a revoked token passes for `ttlMs`.
 */
const ORIGIN = 'https://bailiff-cache.invalid/';

/** @param cache `caches.default`, or one that was opened by name */
export function cacheStore(cache: Pick<Cache, 'match' | 'put' | 'delete'>) {
  const at = (name: string) => `${ORIGIN}${encodeURIComponent(name)}`;
  return {
    get: async (name: string) => (await cache.match(at(name)))?.text(),
    set: (name: string, value: string, ttlMs = 60_000) =>
      cache.put(at(name), new Response(value, { headers: { 'Cache-Control': `max-age=${Math.ceil(ttlMs / 1000)}` } })),
    delete: (name: string) => cache.delete(at(name)),
  };
}

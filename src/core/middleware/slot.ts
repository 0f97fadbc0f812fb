/** The slot: where a request carries its authentication, under a symbol that no other library that writes `auth` reaches. */
import { ConfigurationError } from '../../errors.js';
import { symbolOf } from '../../ground/builds.js';
import type { RequestAuthentication } from './request-authentication.js';

export interface Slot<R, D> {
  get(request: R): RequestAuthentication<D> | undefined;
  /** @throws {ConfigurationError} if the middleware has not run */
  require(request: R, guardOrReader: string): RequestAuthentication<D>;
  set(request: R, authentication: RequestAuthentication<D>): void;
}

/**
 * @param name of the framework. The symbol of a slot is the same in both builds of the package, so that a guard from `require` finds the
 *   authentication of a middleware from `import`
 * @param holderOf the object that carries the symbol; the request itself where adding a property costs nothing
 */
export function createSlot<R extends object, D>(
  name: string,
  holderOf: (request: R) => object = (request) => request,
): Slot<R, D> {
  const key = symbolOf(`authentication.${name}`);
  type Holder = Record<symbol, RequestAuthentication<D> | undefined>;
  const get = (request: R): RequestAuthentication<D> | undefined => (holderOf(request) as Holder)[key];
  return {
    get,
    require(request, guardOrReader) {
      const found = get(request);
      if (found !== undefined) return found;
      throw new ConfigurationError(
        'clerkMiddleware',
        `${guardOrReader}() ran on a request that clerkMiddleware() has not seen.`,
        'Mount it before the routes.',
      );
    },
    set(request, authentication) {
      (holderOf(request) as Holder)[key] = authentication;
    },
  };
}

import { NodeView } from '../node/node-view.js';
import { urlOf, type HttpRequest } from './handler.js';

/** What Express puts on a request that a route serves. */
interface Routed {
  readonly baseUrl?: unknown;
  readonly route?: { readonly path?: unknown };
}
type TrustProxy = (address: string | undefined, hop: number) => boolean;

/** A request of Express, or of a server like it, as a view. */
export class ExpressView extends NodeView {
  readonly #express: HttpRequest;

  constructor(req: HttpRequest) {
    super(req, urlOf(req));
    this.#express = req;
  }

  /**
   * Express's own setting `trust proxy` decides whether forwarded headers are believed. On a server without such a setting they are
   * not.
   */
  get trustsProxy(): boolean {
    const { app, socket } = this.#express;
    const trust = app?.get?.('trust proxy fn');
    return typeof trust === 'function' && (trust as TrustProxy)(socket.remoteAddress, 0) === true;
  }

  /** With the path at which routers are mounted, as the request spells it. Known inside a route: to its guards, not to a middleware. */
  get route(): string | null {
    const { baseUrl, route } = this.#express as Routed;
    const path = route?.path;
    return typeof path === 'string' ? (typeof baseUrl === 'string' ? baseUrl : '') + path : null;
  }
}

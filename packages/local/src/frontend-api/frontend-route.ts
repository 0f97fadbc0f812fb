/** Matching a method and a path to a handler. */
import type { FrontendHandler } from './frontend-call.js';

export interface FrontendRoute {
  readonly method: string;
  readonly path: RegExp;
  readonly handler: FrontendHandler;
}

export type RouteTable = Readonly<Record<string, FrontendHandler>>;

/** From `'GET /v1/client/sessions/:id'`. `HEAD` is answered as `GET`. */
export function compileRoutes(table: RouteTable): readonly FrontendRoute[] {
  return Object.entries(table).map(([key, handler]) => {
    const [method = '', path = ''] = key.split(' ');
    const pattern = path.replace(/[.]/g, '\\.').replace(/:(\w+)/g, '(?<$1>[^/]+)');
    return { method, path: new RegExp(`^${pattern}/?$`), handler };
  });
}

export interface RouteMatch {
  readonly handler: FrontendHandler | null;
  readonly params: Readonly<Record<string, string>>;
  /** What the path allows, if the path is known. */
  readonly methods: readonly string[];
}

export function matchRoute(routes: readonly FrontendRoute[], method: string, path: string): RouteMatch {
  const found = routes.filter((route) => route.path.test(path));
  const route = found.find((one) => one.method === (method === 'HEAD' ? 'GET' : method));
  const params = route?.path.exec(path)?.groups ?? {};
  return { handler: route?.handler ?? null, params, methods: found.map((one) => one.method) };
}

/** Method and path to what answers, the same for both APIs. Static segments come before parameters (`/users/count` is not a user). */

interface Node<T> {
  readonly statics: Map<string, Node<T>>;
  parameter: Node<T> | null;
  readonly routes: Map<string, { readonly value: T; readonly names: readonly string[] }>;
}

export interface Match<T> {
  readonly value: T;
  /** Decoded. */
  readonly params: Readonly<Record<string, string>>;
}

export interface Router<T> {
  /** Null: no such path, or not with this method. */
  match(method: string, path: string): Match<T> | null;
  /** The methods that the path has; empty if there is no such path. */
  methodsOf(path: string): readonly string[];
}

export interface Route<T> {
  readonly method: string;
  /** `/users/{user_id}` */
  readonly path: string;
  readonly value: T;
}

/** Routes by `GET /v1/client/sessions/{id}`. */
export type RouteTable<T> = Readonly<Record<string, T>>;

export function routesOf<T>(table: RouteTable<T>): Route<T>[] {
  return Object.entries(table).map(([key, value]) => {
    const [method = '', path = ''] = key.split(' ');
    return { method, path, value };
  });
}

const newNode = <T>(): Node<T> => ({ statics: new Map(), parameter: null, routes: new Map() });

export function createRouter<T>(routes: Iterable<Route<T>>): Router<T> {
  const root = newNode<T>();
  for (const { method, path, value } of routes) {
    const names: string[] = [];
    let node = root;
    for (const segment of path.slice(1).split('/')) {
      if (segment.startsWith('{')) {
        names.push(segment.slice(1, -1));
        node = node.parameter ??= newNode<T>();
      } else {
        let next = node.statics.get(segment);
        if (!next) node.statics.set(segment, (next = newNode<T>()));
        node = next;
      }
    }
    node.routes.set(method, { value, names });
  }

  /** The first node on the path that is accepted. A static segment wins; if it leads nowhere, the parameter beside it is tried. */
  const walk = <Found>(
    path: string,
    accept: (node: Node<T>, values: readonly string[]) => Found | null,
  ): Found | null => {
    const segments = path.slice(1).split('/');
    const step = (node: Node<T>, index: number, values: readonly string[]): Found | null => {
      const segment = segments[index];
      if (segment === undefined) return accept(node, values);
      const next = node.statics.get(segment);
      const found = next ? step(next, index + 1, values) : null;
      if (found !== null || !node.parameter || segment === '') return found;
      const value = decode(segment);
      return value === null ? null : step(node.parameter, index + 1, [...values, value]);
    };
    return step(root, 0, []);
  };

  return {
    match: (method, path) =>
      walk(path, ({ routes: held }, values) => {
        const route = held.get(method);
        if (route === undefined) return null;
        const params = Object.fromEntries(route.names.map((name, index) => [name, values[index] ?? '']));
        return { value: route.value, params };
      }),
    methodsOf: (path) => walk(path, ({ routes: held }) => (held.size === 0 ? null : [...held.keys()])) ?? [],
  };
}

function decode(segment: string): string | null {
  try {
    return decodeURIComponent(segment);
  } catch {
    return null;
  }
}

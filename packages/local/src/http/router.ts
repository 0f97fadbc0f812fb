/** Method and path to operation, statics before parameters (`/users/count` is not a user). */

interface Node<T> {
  readonly statics: Map<string, Node<T>>;
  parameter: Node<T> | null;
  readonly routes: Map<string, { readonly value: T; readonly names: readonly string[] }>;
}

interface Match<T> {
  readonly value: T;
  readonly params: Readonly<Record<string, string>>;
}

export interface Router<T> {
  /** Null: no such path. `method-not-allowed`: the path exists with other methods. */
  match(method: string, path: string): Match<T> | 'method-not-allowed' | null;
}

export interface Route<T> {
  readonly method: string;
  /** `/users/{user_id}` */
  readonly path: string;
  readonly value: T;
}

const newNode = <T>(): Node<T> => ({ statics: new Map(), parameter: null, routes: new Map() });

export function createRouter<T>(routes: Iterable<Route<T>>): Router<T> {
  const root = newNode<T>();
  for (const route of routes) {
    const names: string[] = [];
    let node = root;
    for (const segment of route.path.slice(1).split('/')) {
      if (segment.startsWith('{')) {
        names.push(segment.slice(1, -1));
        node = node.parameter ??= newNode<T>();
      } else {
        let next = node.statics.get(segment);
        if (!next) node.statics.set(segment, (next = newNode<T>()));
        node = next;
      }
    }
    node.routes.set(route.method, { value: route.value, names });
  }

  return {
    match(method, path) {
      const segments = path.slice(1).split('/');
      let seen = false;
      // A static segment wins; if it leads nowhere, the parameter beside it is tried.
      const walk = (node: Node<T>, index: number, values: readonly string[]): Match<T> | null => {
        const segment = segments[index];
        if (segment === undefined) {
          const route = node.routes.get(method);
          seen ||= node.routes.size > 0;
          if (!route) return null;
          return { value: route.value, params: Object.fromEntries(route.names.map((n, i) => [n, values[i] ?? ''])) };
        }
        const next = node.statics.get(segment);
        const found = next ? walk(next, index + 1, values) : null;
        if (found || !node.parameter || segment === '') return found;
        const value = decode(segment);
        return value === null ? null : walk(node.parameter, index + 1, [...values, value]);
      };
      return walk(root, 0, []) ?? (seen ? 'method-not-allowed' : null);
    },
  };
}

function decode(segment: string): string | null {
  try {
    return decodeURIComponent(segment);
  } catch {
    return null;
  }
}

/** Tells the paths of the proxy from those of the application. */

/** Path and query of an absolute URL or of a request target, as text: nothing is resolved or normalised. */
export function targetOf(url: string): string {
  if (url.startsWith('/')) return url;
  const authority = /^[a-z][a-z0-9+.-]*:\/\/[^/?#\\]*/i.exec(url)?.[0];
  const rest = authority === undefined ? '' : url.slice(authority.length);
  return rest.startsWith('/') ? rest : `/${rest}`;
}

/** Whether a target is this path or below it: `/__clerk?x` and `/__clerk/x`, but not `/__clerkX`. */
export function isBelow(target: string, path: string): boolean {
  if (!target.startsWith(path)) return false;
  const next = target[path.length];
  return next === undefined || next === '/' || next === '?';
}

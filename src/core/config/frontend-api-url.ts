/** Where browsers reach a Frontend API whose host alone is known. */

const LOOPBACK_HOST = /^(?:localhost|[a-z0-9-]+\.localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?$/i;

/** Whether a host (port allowed) never leaves this machine. */
export function isLoopbackHost(host: string): boolean {
  return LOOPBACK_HOST.test(host);
}

/**
 * The absolute URL of a Frontend API host, without a trailing slash: `https`, because Clerk serves nothing else, but
 * `http` for a loopback host, so that an offline instance works in a browser without a certificate.
 */
export function frontendApiUrlOf(host: string): string {
  return `${isLoopbackHost(host) ? 'http' : 'https'}://${host}`;
}

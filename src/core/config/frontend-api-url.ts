/** Where browsers reach a Frontend API whose host alone is known. */
import { isLoopbackHost } from '../../ground/loopback.js';

/**
 * The absolute URL of a Frontend API host, without a trailing slash: `https`, because Clerk serves nothing else, but
 * `http` for a loopback host, so that an offline instance works in a browser without a certificate.
 */
export function frontendApiUrlOf(host: string): string {
  return `${isLoopbackHost(host) ? 'http' : 'https'}://${host}`;
}

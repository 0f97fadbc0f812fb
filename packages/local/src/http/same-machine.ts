/** Whether a request comes from a program or a browser on this machine. */
import { isLoopbackHost } from '../../../../src/ground/loopback.js';
import type { LocalRequest } from './messages.js';

/** A proxy or a tunnel connects from this machine, and passes on the requests of others. */
const FORWARDED = ['clerk-proxy-url', 'forwarded', 'via', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip'];

/** The `Host` counts as well: a page on the internet can make a name of its own point at 127.0.0.1 (DNS rebinding). */
export const isFromSameMachine = ({ peer, headers }: Pick<LocalRequest, 'peer' | 'headers'>): boolean =>
  isLoopbackAddress(peer) &&
  isLoopbackHost(headers['host'] ?? 'localhost') &&
  FORWARDED.every((name) => headers[name] === undefined);

/** An IPv4 address may come in the form of IPv6 (`::ffff:127.0.0.1`). */
const isLoopbackAddress = (address = ''): boolean =>
  address === '::1' || /^(?:::ffff:)?127(?:\.\d{1,3}){3}$/.test(address);

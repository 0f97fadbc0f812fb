/** Under which addresses an instance can be reached that listens on all of them. */
import { networkInterfaces } from 'node:os';

/** `0.0.0.0` and `::` are what one listens on; nobody can be reached there. */
const ANY = /^(?:0\.0\.0\.0|\[::\])$/;

/**
 * @param apiUrl as the instance says it
 * @returns the address on this machine, then those for other machines
 */
export function addressesOf(apiUrl: string): readonly string[] {
  const url = new URL(apiUrl);
  if (!ANY.test(url.hostname)) return [apiUrl];
  const outside = Object.values(networkInterfaces())
    .flatMap((list) => list ?? [])
    .filter(({ internal, family }) => !internal && family === 'IPv4')
    .map(({ address }) => address);
  return ['127.0.0.1', ...outside].map((host) => `http://${host}:${url.port}`);
}

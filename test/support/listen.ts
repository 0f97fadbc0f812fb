/** Servers of tests: on loopback, at a port that is free. */
import type { AddressInfo, Server } from 'node:net';

/** @returns when it listens */
export const listen = (server: Server): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      server.off('error', reject);
      resolve();
    });
  });

export const portOf = (server: Pick<Server, 'address'>): number => (server.address() as AddressInfo).port;

/** As `http:`, without a slash behind it. */
export const originOf = (server: Pick<Server, 'address'>): string => `http://127.0.0.1:${portOf(server)}`;

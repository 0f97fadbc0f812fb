/** The process under test: both servers with Bailiff and nothing else, so that what is measured in it is theirs. */
import type { Server } from 'node:http';
import type { AuthenticatorOptions } from 'bailiff';
import { startExpress, startHono } from '../attacks/servers.js';
import { createClock } from '../support/tokens.js';
import { measure } from './measure.js';
import { portOf } from '../support/listen.js';

export interface Setting {
  readonly options: AuthenticatorOptions;
  readonly now: number;
  /** What the servers do wrong, so that one can see the soak find out. */
  readonly leak: Leak | null;
}
export type Leak = keyof typeof LEAKS;
export type Order = { readonly advance: number } | 'measure';

const kept: unknown[] = [];
const LEAKS = {
  requests: (request: unknown) => kept.push(request),
  timers: () => setTimeout(() => undefined, 2 ** 31 - 1),
};

const setting = JSON.parse(process.argv[2] ?? '') as Setting;
const clock = createClock(setting.now);
const options = { ...setting.options, now: clock };
const servers: readonly Server[] = [await startExpress(options), await startHono(options)];
if (setting.leak !== null) for (const server of servers) server.on('request', LEAKS[setting.leak]);

process.on('message', (order: Order) => {
  if (order === 'measure') void measure().then((now) => process.send?.(now));
  else {
    clock.advance(order.advance);
    process.send?.('done');
  }
});
// An orphan has nobody to serve.
process.on('disconnect', () => process.exit());
process.send?.(servers.map((server) => portOf(server)));

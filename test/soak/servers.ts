/** The process under test (`server.ts`), seen from outside. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { sameHandles, type Measure } from './measure.js';
import type { Order, Setting } from './server.js';

export interface Servers {
  readonly ports: readonly [express: number, hono: number];
  /** Before the first request. */
  readonly untouched: Measure;
  /** Moves their clock; they have seen it when the promise settles. */
  advance(ms: number): Promise<void>;
  /** Once nothing is open that was not open at first, or after so many looks, 0.1 s apart. Nobody may be connected. */
  measure(looks?: number): Promise<Measure>;
  close(): Promise<void>;
}

/** One order at a time. An exception that nobody catches there ends the process, and the order that comes next fails. */
export async function startServers(setting: Setting): Promise<Servers> {
  const child = fork(fileURLToPath(new URL('./server.ts', import.meta.url)), [JSON.stringify(setting)], {
    execArgv: ['--expose-gc', '--import', 'tsx'],
  });
  const gone = new AbortController();
  child.once('exit', () => gone.abort());
  const answer = async () => ((await once(child, 'message', gone)) as [unknown])[0];
  const obey = (order: Order) => {
    child.send(order);
    return answer();
  };
  const ports = (await answer()) as Servers['ports'];
  const look = () => obey('measure') as Promise<Measure>;
  const untouched = await look();
  return {
    ports,
    untouched,
    async advance(ms) {
      await obey({ advance: ms });
    },
    async measure(looks = 100) {
      let seen = await look();
      for (let count = 1; count < looks && !sameHandles(seen, untouched); count++) {
        await setTimeout(100);
        seen = await look();
      }
      return seen;
    },
    async close() {
      if (gone.signal.aborted) return;
      child.disconnect();
      await once(child, 'exit');
    },
  };
}

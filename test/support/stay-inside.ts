/** What the bucket `unit` runs first: a test that opens a socket or starts a process fails there. */
import childProcess from 'node:child_process';
import { syncBuiltinESMExports } from 'node:module';
import net from 'node:net';

const refuse = (what: string) => (): never => {
  throw new Error(`A unit test may not ${what}: import what does so from a module that test/support/buckets.ts knows.`);
};

net.Server.prototype.listen = refuse('listen');
net.Socket.prototype.connect = refuse('connect');
for (const start of ['exec', 'execFile', 'execFileSync', 'execSync', 'fork', 'spawn', 'spawnSync'] as const)
  childProcess[start] = refuse('start a process') as never;
syncBuiltinESMExports();

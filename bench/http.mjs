/**
 * Requests per second and latency over real HTTP: bare framework, one with an idle middleware and guard, Bailiff, Clerk's own adapter. Slices
 * of load take turns, so that a slow minute of the machine hits all alike; and the servers are started anew several times, because one
 * start of a process can be a tenth faster than the next for as long as it lives.
 */
import { createFixtures } from './lib/fixtures.mjs';
import { slice, startServer, tokenFiles } from './lib/load.mjs';
import { median } from './lib/stats.mjs';

const FRAMEWORKS = ['hono', 'express'];

/**
 * @typedef {import('./lib/load.mjs').Server} Server
 * @typedef {Awaited<ReturnType<typeof slice>>} Measured
 * @typedef {{ starts: number, slices: number, seconds: number }} Effort
 */

/**
 * What each slice of each library measured, by library.
 * @param {string} framework
 * @param {readonly string[]} libraries
 * @param {import('./lib/fixtures.mjs').Fixtures} fixtures
 * @param {import('./lib/load.mjs').TokenFiles} files
 * @param {Effort} effort
 * @returns {Promise<(library: string, what: keyof Measured) => number>} the median
 */
async function takeTurns(framework, libraries, fixtures, files, { starts, slices, seconds }) {
  /** @type {Map<string, Measured[]>} */
  const results = new Map(libraries.map((library) => [library, []]));
  for (let start = 0; start < starts; start++) {
    /** @type {Map<string, Server>} */
    const servers = new Map();
    for (const library of libraries) servers.set(library, await startServer(framework, library, fixtures));
    for (const server of servers.values()) await slice(server, files, { seconds: 2 });
    for (let turn = 0; turn < slices; turn++) {
      const order = turn % 2 === 0 ? libraries : [...libraries].reverse();
      for (const library of order) {
        const server = servers.get(library);
        if (server !== undefined) results.get(library)?.push(await slice(server, files, { seconds }));
      }
    }
    for (const { stop } of servers.values()) stop();
  }
  return (library, what) => median((results.get(library) ?? []).map((result) => result[what]));
}

export async function measureHttp({ starts = 4, slices = 4, seconds = 1 } = {}) {
  const fixtures = createFixtures();
  const files = tokenFiles(fixtures.mintMany(100));
  const libraries = ['bare', 'idle', 'bailiff', 'clerk'];
  const table = [];
  for (const framework of FRAMEWORKS) {
    const measured = await takeTurns(framework, libraries, fixtures, files, { starts, slices, seconds });
    for (const library of libraries) {
      const rps = measured(library, 'rps');
      const cpu = measured(library, 'cpu');
      const p99 = measured(library, 'p99');
      const [ofBare, ofBareByCpu] = [rps / measured('bare', 'rps'), measured('bare', 'cpu') / cpu];
      table.push({ framework, library, rps, ofBare, cpu, ofBareByCpu, p99 });
    }
  }
  return table;
}

/**
 * 32 connections, every second token not among the 10,000 that are kept (so many go round that the oldest have left).
 * Tokens are minted beforehand, so that the load costs no signing.
 */
export async function measureLatency({ starts = 4, slices = 3, seconds = 1, fresh = 12_000 } = {}) {
  const fixtures = createFixtures();
  const files = tokenFiles(fixtures.mintMany(100), fixtures.mintMany(fresh, 1000));
  const libraries = ['bare', 'raw', 'bailiff'];
  const table = [];
  for (const framework of FRAMEWORKS) {
    const measured = await takeTurns(framework, libraries, fixtures, files, { starts, slices, seconds });
    const bare = measured('bare', 'p99');
    const raw = measured('raw', 'p99');
    const bailiff = measured('bailiff', 'p99');
    const [ofBare, ofRaw] = [bailiff / bare, bailiff / raw];
    table.push({ framework, bare, raw, bailiff, ofBare, ofRaw });
  }
  return table;
}

/**
 * Requests per second and latency over real HTTP: bare framework, one with an idle middleware and guard, Bailiff, Clerk's own adapter;
 * interleaved slices.
 */
import { createFixtures } from './lib/fixtures.mjs';
import { slice, startServer, tokenFiles } from './lib/load.mjs';
import { interleave, median } from './lib/stats.mjs';

export async function measureHttp({ rounds = 13, seconds = 1 } = {}) {
  const fixtures = createFixtures();
  const files = tokenFiles(fixtures.mintMany(100));
  const table = [];
  for (const framework of ['hono', 'express']) {
    const libraries = ['bare', 'idle', 'bailiff', 'clerk'];
    const servers = new Map();
    for (const library of libraries) servers.set(library, await startServer(framework, library, fixtures));
    for (const server of servers.values()) await slice(server, files, { seconds: 3 });
    const latencies = new Map(libraries.map((library) => [library, []]));
    const cpus = new Map(libraries.map((library) => [library, []]));
    const rps = await interleave(
      libraries.map((library) => ({
        name: library,
        async run() {
          const result = await slice(servers.get(library), files, { seconds });
          latencies.get(library).push(result.p99);
          cpus.get(library).push(result.cpu);
          return result.rps;
        },
      })),
      rounds,
    );
    for (const library of libraries) {
      table.push({
        framework,
        library,
        rps: rps.get(library),
        ofBare: rps.get(library) / rps.get('bare'),
        cpu: median(cpus.get(library)),
        ofBareByCpu: median(cpus.get('bare')) / median(cpus.get(library)),
        p99: median(latencies.get(library)),
      });
    }
    for (const { stop } of servers.values()) stop();
  }
  return table;
}

/**
 * 32 connections, every second token not among the 10,000 that are kept (so many go round that the oldest have left).
 * Tokens are minted beforehand, so that the load costs no signing.
 */
export async function measureLatency({ rounds = 9, seconds = 1, fresh = 12_000 } = {}) {
  const fixtures = createFixtures();
  const files = tokenFiles(fixtures.mintMany(100), fixtures.mintMany(fresh, 1000));
  const table = [];
  for (const framework of ['hono', 'express']) {
    const servers = {
      bare: await startServer(framework, 'bare', fixtures),
      raw: await startServer(framework, 'raw', fixtures),
      bailiff: await startServer(framework, 'bailiff', fixtures),
    };
    for (const server of Object.values(servers)) await slice(server, files, { seconds: 3 });
    const p99 = await interleave(
      Object.entries(servers).map(([name, server]) => ({
        name,
        run: async () => (await slice(server, files, { seconds })).p99,
      })),
      rounds,
    );
    table.push({
      framework,
      bare: p99.get('bare'),
      raw: p99.get('raw'),
      bailiff: p99.get('bailiff'),
      ratio: p99.get('bailiff') / p99.get('bare'),
    });
    for (const { stop } of Object.values(servers)) stop();
  }
  return table;
}

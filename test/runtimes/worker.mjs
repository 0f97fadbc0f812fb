/** The contract inside a Worker: the fetch handler answers with the results. `entryPoints`: modules by name. */
import { runContract } from './contract.mjs';

export const createWorker = (entryPoints) => ({
  async fetch() {
    const results = await runContract({ entryPoints });
    return Response.json(results);
  },
});

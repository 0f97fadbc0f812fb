/** The contract inside a Worker: the fetch handler answers with the results. */
import { runContract } from './contract.mjs';

export default {
  async fetch() {
    const results = await runContract();
    return Response.json(results);
  },
};

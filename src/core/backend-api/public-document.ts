/** JSON that anybody may read: keys, metadata. No key of ours is sent along. */
import { withDeadline } from '../../ground/deadline.js';
import { fetchWithSignal } from '../../ground/realm.js';
import { readUpstreamBody } from '../../ground/upstream-body.js';
import type { Fetch } from '../../ports.js';
import { readText, TIMEOUT_MS } from './http.js';

const late = () => Promise.reject(new Error('The document did not come in time.'));

/**
 * @returns undefined unless there is JSON at this very address: redirects are not followed
 * @throws (rejects) what `fetch` does, or an error when no answer comes in time
 */
export async function fetchPublicDocument(fetch: Fetch, url: string): Promise<unknown> {
  const text = await withDeadline(TIMEOUT_MS, undefined, late, async (signal) => {
    const answer = await fetchWithSignal(fetch, url, { redirect: 'manual', signal });
    return answer.status === 200 ? readText(answer) : '';
  });
  return readUpstreamBody(text).body;
}

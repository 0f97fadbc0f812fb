/** Whether the Frontend API that the publishable key names has signed a token. Loaded when a token of no known key comes. */
import { keySetFrom } from '../../verify/jwks.js';
import { ALGORITHMS } from '../../verify/algorithms.js';
import type { DecodedJwt } from '../../verify/decode.js';
import { withDeadline } from '../../ground/deadline.js';
import { fetchWithSignal } from '../../ground/realm.js';
import { readUpstreamBody } from '../../ground/upstream-body.js';
import { readText, TIMEOUT_MS } from '../backend-api/http.js';
import type { Config } from '../config/config.js';

/** Rejects where the Frontend API does not answer, which says nothing. Its keys are public: no key of ours is sent. */
export async function isSignedBy(config: Config, host: string, jwt: DecodedJwt): Promise<boolean> {
  const late = () => new Error('The Frontend API did not answer in time.');
  const text = await withDeadline(TIMEOUT_MS, undefined, late, async (signal) => {
    const url = `https://${host}/.well-known/jwks.json`;
    const answer = await fetchWithSignal(config.fetch, url, { redirect: 'manual', signal });
    return answer.status === 200 ? readText(answer) : '';
  });
  const key = keySetFrom(readUpstreamBody(text).body)?.get(String(jwt.header['kid']));
  if (key === undefined || ALGORITHMS.get(jwt.header['alg']) !== key.algorithm) return false;
  return (await key.check(jwt)) === true;
}

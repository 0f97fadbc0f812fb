/** What links a browser on a satellite's domain with the same browser on the primary's. */
import type { InstanceState } from '../state/instance-state.js';
import { refusal } from '../model/records/refusals.js';
import { browserWith, type Browser } from '../model/sessions/browsers.js';
import { redeemHandshake, storeHandshake } from '../model/sessions/handshakes.js';

/** Tells it from what a handshake sets aside in the same place. */
const KIND = 'link';

/** @returns the token for the link, good once */
export const setAside = (state: InstanceState, browserToken: string, target: string): string =>
  storeHandshake(state, [KIND, browserToken, target]);

/** @throws ApiError 400, 404 */
export function takeUp(state: InstanceState, token: string): { readonly browser: Browser; readonly target: string } {
  const [kind, browserToken = '', target = ''] = redeemHandshake(state, token);
  const browser = kind === KIND ? browserWith(state, browserToken) : null;
  if (browser === null) throw refusal('resource_not_found', 'This token links no browsers.');
  return { browser, target };
}

/** Whether the Frontend API that the publishable key names has signed a token. Loaded when a token of no known key comes. */
import { keySetFrom } from '../../verify/jwks.js';
import { ALGORITHMS } from '../../verify/algorithms.js';
import type { DecodedJwt } from '../../verify/decode.js';
import { fetchPublicDocument } from '../backend-api/public-document.js';
import type { Config } from '../config/config.js';

/** Anybody can send a token that looks like one of another instance, and each check asks the Frontend API. */
const CHECK_EVERY_MS = 60_000;
const checkedAt = new WeakMap<Config, number>();

/** False also without a check: the last one is less than a minute ago, or the token names another issuer. */
export async function isOfPublishableKey(config: Config, jwt: DecodedJwt): Promise<boolean> {
  const host = config.publishableKey?.frontendApiHost;
  const { iss } = jwt.payload;
  if (host === undefined || (iss !== undefined && iss !== `https://${host}`)) return false;
  const time = config.now();
  const sinceLast = time - (checkedAt.get(config) ?? -Infinity);
  if (sinceLast >= 0 && sinceLast < CHECK_EVERY_MS) return false;
  checkedAt.set(config, time);
  return isSignedBy(config, host, jwt);
}

/** Rejects where the Frontend API does not answer, which proves nothing either way. */
async function isSignedBy(config: Config, host: string, jwt: DecodedJwt): Promise<boolean> {
  const document = await fetchPublicDocument(config.fetch, `https://${host}/.well-known/jwks.json`);
  const key = keySetFrom(document)?.get(String(jwt.header['kid']));
  if (key === undefined || ALGORITHMS.get(jwt.header['alg']) !== key.algorithm) return false;
  return (await key.check(jwt)) === true;
}

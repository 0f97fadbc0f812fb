/** Whether the Frontend API that the publishable key names has signed a token. Loaded when a token of no known key comes. */
import { keySetFrom } from '../../verify/jwks.js';
import { ALGORITHMS } from '../../verify/algorithms.js';
import type { DecodedJwt } from '../../verify/decode.js';
import { fetchPublicDocument } from '../backend-api/public-document.js';
import type { Config } from '../config/config.js';

/** Anybody can send a token that looks like one of another instance, and each look asks the Frontend API. */
const LOOK_EVERY_MS = 60_000;
const lookedAt = new WeakMap<Config, number>();

/** False also where it was not looked: a minute has not passed, or the token names another issuer. */
export async function isOfPublishableKey(config: Config, jwt: DecodedJwt): Promise<boolean> {
  const host = config.publishableKey?.frontendApiHost;
  const { iss } = jwt.payload;
  if (host === undefined || (iss !== undefined && iss !== `https://${host}`)) return false;
  const time = config.now();
  const sinceLast = time - (lookedAt.get(config) ?? -Infinity);
  if (sinceLast >= 0 && sinceLast < LOOK_EVERY_MS) return false;
  lookedAt.set(config, time);
  return isSignedBy(config, host, jwt);
}

/** Rejects where the Frontend API does not answer, which says nothing. */
async function isSignedBy(config: Config, host: string, jwt: DecodedJwt): Promise<boolean> {
  const document = await fetchPublicDocument(config.fetch, `https://${host}/.well-known/jwks.json`);
  const key = keySetFrom(document)?.get(String(jwt.header['kid']));
  if (key === undefined || ALGORITHMS.get(jwt.header['alg']) !== key.algorithm) return false;
  return (await key.check(jwt)) === true;
}

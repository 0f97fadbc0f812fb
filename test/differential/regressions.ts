/** Cases that once differed, or that stand for a rule: kept as data, compared on every run. */
import type { Case } from './generate.js';

export const REGRESSIONS: readonly Case[] = [
  // A negative client cookie counts as a client for a satellite.
  {
    instance: 'development',
    options: {
      isSatellite: true,
      signInUrl: 'https://primary.acornbooks.example/sign-in',
      domain: 'shop.example',
      satelliteAutoSync: true,
    },
    method: 'GET',
    url: 'http://localhost:3000/?__dev_session=x&q=a+b',
    headers: {
      cookie: '__session_OQFZV_GV={oauth}; __client_uat=-5; __client_uat_OQFZV_GV=',
      host: 'localhost:3000',
      'sec-fetch-dest': 'document',
    },
  },
  // A nonce that is not known beside a handshake token that is good: the token is taken.
  {
    instance: 'development',
    options: {},
    method: 'GET',
    url: 'https://shop.example:8443/orgs-by-id/org_acorn',
    headers: {
      cookie:
        '__session_OQFZV_GV={fresh}; __clerk_db_jwt_OQFZV_GV=dvb; __clerk_handshake={hs-suffixed}; __clerk_handshake_nonce=n-unknown',
      host: 'shop.example:8443',
      'sec-fetch-dest': 'document',
    },
  },
  // A handshake that was tried and was all of the query: nothing of it stays in the address that the primary sends back to.
  {
    instance: 'development',
    options: {
      isSatellite: true,
      signInUrl: 'https://primary.acornbooks.example/sign-in',
      domain: 'shop.example',
      satelliteAutoSync: true,
    },
    method: 'GET',
    url: 'https://app.acornbooks.example/orgs/birch/x?__clerk_handshake={hs-forged-session}',
    headers: { host: 'app.acornbooks.example', 'sec-fetch-dest': 'document' },
  },
];

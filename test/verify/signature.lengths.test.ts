/** What throws in a check is a fault of this server (500), so that nothing of a token may make one throw. */
import { expect, it } from 'vitest';
import { createSignatureCheck as portable } from '../../src/verify/signature.js';
import { createSignatureCheck as native } from '../../src/verify/signature.node.js';
import { ALGORITHMS } from '../../src/verify/algorithms.js';
import { publicJwk } from '../../src/verify/keys.js';
import { decodeJwt } from '../../src/verify/decode.js';
import { createKey, sessionToken } from '../support/tokens.js';
it.each(['RS256', 'PS256', 'ES256', 'ES384', 'EdDSA'] as const)(
  '%s: never throws, whatever the length of the signature',
  async (alg) => {
    const key = createKey(alg);
    const algorithm = ALGORITHMS.get(alg)!;
    const jwk = publicJwk(key.jwk, algorithm)!;
    const good = sessionToken(key);
    const signed = good.slice(0, good.lastIndexOf('.') + 1);
    for (const make of [portable, native]) {
      const check = make(algorithm, jwk);
      expect(await check(decodeJwt(good)!)).toBe(true);
      for (const length of [1, 31, 32, 63, 64, 65, 72, 95, 96, 97, 128, 255, 256, 257, 512]) {
        for (const fill of [0, 1, 255]) {
          const jwt = decodeJwt(signed + Buffer.alloc(length, fill).toString('base64url'))!;
          expect(await check(jwt)).toBe(false);
        }
      }
    }
  },
);

/** Keys and tokens that every library in the comparison is given: RS256, 2048 bit, about 800 characters, version 2 claims. */
import { createSign, generateKeyPairSync } from 'node:crypto';

/** @typedef {ReturnType<typeof createFixtures>} Fixtures */

const base64url = (/** @type {unknown} */ value) => Buffer.from(JSON.stringify(value)).toString('base64url');

export function createFixtures() {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const kid = 'ins_bench';
  const host = 'clerk.bench.example';
  const publishableKey = `pk_test_${Buffer.from(`${host}$`).toString('base64').replace(/=+$/, '')}`;
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid, alg: 'RS256', use: 'sig' };

  const mint = (/** @type {number} */ index, lifetimeSeconds = 3600) => {
    const now = Math.floor(Date.now() / 1000);
    const header = { alg: 'RS256', cat: 'cl_B7d4PD111AAA', kid, typ: 'JWT' };
    const payload = {
      azp: 'https://app.bench.example',
      exp: now + lifetimeSeconds,
      fea: 'o:invoices,o:reports',
      fva: [3, -1],
      iat: now,
      iss: `https://${host}`,
      jti: `token-${index}`,
      nbf: now - 10,
      o: { id: 'org_2bench', slg: 'bench', rol: 'admin', per: 'read,manage', fpm: '3,1' },
      pla: 'o:pro',
      sid: `sess_2bench${index}`,
      sts: 'active',
      sub: `user_2bench${index}`,
      v: 2,
    };
    const input = `${base64url(header)}.${base64url(payload)}`;
    return `${input}.${createSign('RSA-SHA256').update(input).sign(privateKey).toString('base64url')}`;
  };

  return {
    publicKey,
    jwk,
    kid,
    pem: String(publicKey.export({ type: 'spki', format: 'pem' })),
    publishableKey,
    secretKey: 'sk_test_benchmarkonlybenchmarkonlybenchmark',
    permission: 'org:invoices:manage',
    mint,
    mintMany: (/** @type {number} */ count, from = 0) =>
      Array.from({ length: count }, (_, index) => mint(from + index)),
  };
}

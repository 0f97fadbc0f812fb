/** Node.js before 20.16 and 22.3 has no `process.getBuiltinModule`: signatures are checked through WebCrypto there. */
import { createAuthenticator } from 'bailiff';
import { afterEach, describe, expect, it } from 'vitest';
import { classifyToken } from '../../src/verify/classify.js';
import { createKey, sessionToken, T0, type TestAlgorithm } from '../support/tokens.js';
import { createBench, resultOf } from '../support/verifying.js';

const own = Object.getOwnPropertyDescriptor(process, 'getBuiltinModule');
const provide = (getBuiltinModule: unknown) =>
  void Object.defineProperty(process, 'getBuiltinModule', { configurable: true, value: getBuiltinModule });
afterEach(() => {
  if (own === undefined) delete (process as Partial<typeof process>).getBuiltinModule;
  else Object.defineProperty(process, 'getBuiltinModule', own);
});

describe.each([
  ['that has no way to load it late', undefined],
  ['that does not give it', () => undefined],
])('`node:crypto` on a Node.js %s', (_, getBuiltinModule) => {
  it.each<TestAlgorithm>(['RS256', 'RS512', 'PS256', 'ES256', 'EdDSA'])(
    '%s: accepts good signatures and refuses bad ones',
    async (alg) => {
      provide(getBuiltinModule);
      const key = createKey(alg, { kid: 'ins_one' });
      const { session, verifier } = createBench([key]);
      await verifier.warmup();
      expect(resultOf(await session(sessionToken(key)))).toBe('accepted');
      const stranger = createKey(alg, { kid: 'ins_one' });
      expect(resultOf(await session(sessionToken(stranger)))).toBe('refused token-invalid-signature');
      // WebCrypto has no answer at once.
      expect(verifier.verifySession(classifyToken(sessionToken(key, { jti: 'x' })))).toBeInstanceOf(Promise);
    },
  );

  it('checks signatures with a `jwtKey`', async () => {
    provide(getBuiltinModule);
    const key = createKey();
    const authenticator = createAuthenticator({ jwtKey: key.pem, now: () => T0 });
    await expect(authenticator.verifySessionToken(sessionToken(key))).resolves.toMatchObject({ sub: 'user_ada' });
    const stranger = createKey();
    await expect(authenticator.verifySessionToken(sessionToken(stranger))).rejects.toMatchObject({
      reason: 'token-invalid-signature',
    });
  });
});

it('checks an RSA signature synchronously with `node:crypto`', async () => {
  const key = createKey('RS256', { kid: 'ins_one' });
  const { verifier } = createBench([key]);
  await verifier.warmup();
  const verdict = verifier.verifySession(classifyToken(sessionToken(key)));
  expect(verdict instanceof Promise).toBe(typeof process.getBuiltinModule !== 'function');
});

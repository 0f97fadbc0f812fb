import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { TOKEN_REASONS } from 'bailiff';
import { startLocalInstance } from 'bailiff-local';
import type { LocalInstance } from 'bailiff-local';
import { explain } from '../../packages/local/src/cli/verify/explain.js';
import type { TokenReason } from '../../src/reasons.js';
import { bailiff } from './support.js';

const NOW = 1_800_000_000_000;
let clerk: LocalInstance;
beforeAll(async () => {
  clerk = await startLocalInstance({ now: NOW, seed: 'verify' });
});
afterEach(() => {
  clerk.reset();
});
afterAll(() => clerk.close());

const verify = (token: string, args: string[] = [], env: Record<string, string> = clerk.env) =>
  bailiff(['verify', '-', ...args], { env, input: token, now: clerk.now });

describe('a good token', () => {
  it('of each kind is reported as good, with its contents', async () => {
    const tokens = {
      'session token (JWT)': await clerk.createSessionToken({ userId: 'user_1' }),
      'API key (opaque)': (await clerk.createApiKey({ subject: 'user_1' })).secret,
      'M2M token (opaque)': (await clerk.createM2MToken({ machineId: 'mch_1' })).token,
      'M2M token (JWT)': (await clerk.createM2MToken({ machineId: 'mch_1', format: 'jwt' })).token,
      'OAuth access token (opaque)': (await clerk.createOAuthToken({ userId: 'user_1' })).token,
      'OAuth access token (JWT)': (await clerk.createOAuthToken({ userId: 'user_1', format: 'jwt' })).token,
    };
    for (const [name, token] of Object.entries(tokens)) {
      const { code, text } = await verify(token);
      expect(text).toContain(`Good: ${name}.`);
      expect(text).toMatch(/user_1|mch_1/);
      expect(text).not.toContain(token);
      expect(code).toBe(0);
    }
  });

  it('may follow Bearer, may be an argument, and is reported to programs as JSON', async () => {
    const token = await clerk.createSessionToken({ userId: 'user_1' });
    expect((await verify(`Bearer ${token}\n`)).code).toBe(0);
    const { code, text } = await bailiff(['verify', token, '--json'], { env: clerk.env, now: clerk.now });
    expect(code).toBe(0);
    expect(JSON.parse(text)).toMatchObject({
      valid: true,
      reason: null,
      kind: 'session_token',
      form: 'jwt',
      payload: { sub: 'user_1' },
    });
  });
});

describe('a bad token', () => {
  it('is reported as expired since a time', async () => {
    const { code, text } = await verify(await clerk.createSessionToken({ expiresInSeconds: -180 }));
    expect(code).toBe(1);
    expect(text).toContain('Refused: token-expired');
    expect(text).toContain('It expired 3 minutes ago');
    expect(text).toContain('What to do: Sign in again');
  });

  it('is reported with its page and the accepted ones', async () => {
    const token = await clerk.createSessionToken({ azp: 'http://evil.example' });
    const { code, text } = await verify(token, ['--authorized-party', 'http://127.0.0.1:3000']);
    expect(code).toBe(1);
    expect(text).toContain('It was issued for http://evil.example; accepted: http://127.0.0.1:3000.');
    expect(
      (await verify(await clerk.createSessionToken(), ['--authorized-party', 'http://127.0.0.1:3000'])).text,
    ).toContain('no azp');
  });

  it('is reported with its instance', async () => {
    const other = await startLocalInstance({ seed: 'other' });
    const token = await other.createSessionToken({ userId: 'user_1' });
    await other.close();
    const { code, text } = await verify(token);
    expect(code).toBe(1);
    expect(text).toMatch(/jwk-kid-mismatch|token-invalid-signature/);
    expect(text).toContain(other.state.keys.current.kid);
    expect(text).toContain(clerk.state.keys.current.kid);
    expect(text).toContain('Claims (not to be trusted)');
  });

  it('is reported with issuer and audience', async () => {
    const token = await clerk.createSessionToken({ userId: 'user_1' });
    expect((await verify(token, ['--issuer', 'https://clerk.example.com'])).text).toContain(
      `issued by ${clerk.frontendApiUrl}; accepted: https://clerk.example.com`,
    );
    const oauth = (await clerk.createOAuthToken({ userId: 'user_1', format: 'jwt', audience: 'http://a.example/' }))
      .token;
    const { code, text } = await verify(oauth, ['--audience', 'http://b.example/']);
    expect(code).toBe(1);
    expect(text).toContain('meant for another audience');
    expect(text).toContain('It is meant for http://a.example/; accepted audience: http://b.example/.');
    expect(text).toContain('What to do: Get a token for this resource, or list its `aud` in the option `audience`');
    expect((await verify(oauth, ['--audience', 'http://a.example/'])).code).toBe(0);
  });

  it("is reported for a session's audience only if the token has one or the option is given", async () => {
    const ordinary = await clerk.createSessionToken({ userId: 'user_1' });
    const custom = await clerk.createSessionToken({ userId: 'user_1', claims: { aud: 'http://a.example/' } });
    const asked = ['--audience', 'http://b.example/'];
    expect((await verify(ordinary, asked)).code).toBe(0);
    const strict = await verify(ordinary, [...asked, '--session-audience']);
    expect([strict.code, strict.text]).toEqual([1, expect.stringContaining('It is meant for nothing; accepted')]);
    expect(strict.text).toContain('Add `aud` to the session token in the Clerk dashboard');
    const foreign = await verify(custom, asked);
    expect([foreign.code, foreign.text]).toEqual([1, expect.stringContaining('It is meant for http://a.example/;')]);
    expect(foreign.text).toContain('take it out of the customised session token');
    expect((await verify(custom, ['--audience', 'http://a.example/', '--session-audience'])).code).toBe(0);
    expect((await verify(ordinary, ['--session-audience'])).errors).toContain('--audience');
  });

  it('is reported with another fault of a machine before the audience', async () => {
    const { token } = await clerk.createOAuthToken({
      userId: 'user_1',
      format: 'jwt',
      audience: 'http://a.example/',
    });
    const later = () => NOW + 3 * 86_400_000;
    const { text } = await bailiff(['verify', token, '--audience', 'http://a.example/'], {
      env: clerk.env,
      now: later,
    });
    expect(text).toMatch(/Refused: token-verification-failed\nThe token has expired\.\nIt expired .* ago/);
    expect(text).not.toContain('audience:');
  });

  it('is reported if it is malformed or unknown', async () => {
    expect((await verify('nonsense')).text).toContain('neither a JWT nor');
    expect((await verify('ak_unknown')).code).toBe(1);
    const { text } = await bailiff(['verify', 'x', '--json'], { env: clerk.env });
    expect(JSON.parse(text)).toMatchObject({ valid: false, reason: 'token-invalid', form: 'malformed' });
  });

  it('writes no control characters to the terminal', async () => {
    const token = clerk.state.keys.sign(
      { x: '\u001b[2J' },
      { sub: '\u001b]0;x\u0007', iss: '\u202e', exp: 1, evil: { deep: '\u009b' } },
    );
    const { text } = await verify(token);
    // eslint-disable-next-line no-control-regex -- they are what must not be there
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
  });

  it('never makes the command fail in another way', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.string({ minLength: 1 }),
          fc.array(fc.base64String(), { minLength: 3, maxLength: 3 }).map((parts) => parts.join('.')),
        ),
        async (token) => {
          fc.pre(token.trim() !== '' && !/^Bearer\s*$/i.test(token.trim()));
          expect((await verify(token)).code).toBe(1);
        },
      ),
      { numRuns: 100 },
    );
  });
});

describe('no verdict', () => {
  it('has another exit code while Clerk is down, and is not called refused', async () => {
    const token = (await clerk.createApiKey({ subject: 'user_1' })).secret;
    clerk.fail({ status: 500 });
    const { code, text } = await verify(token);
    expect(code).toBe(2);
    expect(text).toContain('Not checked');
  });

  it('names the missing keys or the missing token', async () => {
    const token = await clerk.createSessionToken();
    const without = await verify(token, [], {});
    expect(without.code).toBe(3);
    expect(without.errors).toContain('CLERK_');
    expect((await verify('  ')).code).toBe(3);
  });
});

describe('explanations', () => {
  it('exist for every reason, whatever the token says', () => {
    const facts = { kind: 'session_token', form: 'jwt' } as const;
    const around = { now: NOW, authorizedParties: [], audience: [], issuer: [], keyIds: null };
    fc.assert(
      fc.property(
        fc.constantFrom(...(Object.keys(TOKEN_REASONS) as TokenReason[])),
        fc.option(
          fc.dictionary(fc.constantFrom('exp', 'nbf', 'iat', 'azp', 'iss', 'aud', 'kid', 'alg'), fc.jsonValue()),
        ),
        (reason, claims) => {
          const { meaning, detail, remedy } = explain(reason, { ...facts, header: claims, payload: claims }, around);
          for (const text of [meaning, remedy, detail ?? 'x']) expect(text).not.toBe('');
        },
      ),
    );
  });
});

/** What Bailiff says (events, messages, reasons, headers, errors) holds no character by which a client could write into a log or a terminal. */
import { createAuthenticator, type BailiffEvent } from 'bailiff';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LocalInstance } from 'bailiff-local';
import { OPERATIONS, startClerk } from '../support/clerk.js';
import {
  createKey,
  handshakeToken,
  headerOf,
  sessionClaimsV2,
  sessionToken,
  signJwt,
  T0,
  T0_S,
} from '../support/tokens.js';
import { PUBLISHABLE_KEY } from './fixtures.js';

const key = createKey('RS256', { kid: 'ins_log' });
const stranger = createKey('RS256', { kid: 'ins_log' });
const MARK = 'INJECTED';
/** Line breaks, terminal escapes, what HTML and format strings make of text. */
const PAYLOADS = [
  `\r\n${MARK}: 1`,
  `\n${MARK}`,
  `\u001b[31m${MARK}`,
  `\u0000${MARK}`,
  `\u2028${MARK}`,
  `\u0085${MARK}`,
  `<script>${MARK}</script>`,
  `%s%n\${jndi:ldap://${MARK}}`,
];
// eslint-disable-next-line no-control-regex -- they are what is looked for
const HOSTILE = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]|INJECTED/;

let clerk: LocalInstance;
beforeAll(async () => {
  clerk = await startClerk({ keys: [key] });
});
afterAll(() => clerk.close());

const tokensWith = (text: string) => [
  text,
  `ak_${text}`,
  sessionToken(key, { sub: text, exp: T0_S - 100 }),
  sessionToken(key, { azp: text, aud: text, iss: text, sts: text, sid: text }),
  sessionToken(stranger, { sub: text }),
  sessionToken(stranger, {}, { kid: text }),
  sessionToken(key, {}, { typ: text, cat: text }),
  sessionToken(key, {}, { alg: text }),
  signJwt(headerOf(key, { crit: [text] }), sessionClaimsV2(), key),
  `ak_${'x'.repeat(20)}`,
  `mt_${'x'.repeat(20)}`,
  `oat_${'x'.repeat(20)}`,
];

describe.each(PAYLOADS.map((text) => [JSON.stringify(text), text]))('%s', (_name, text) => {
  it('reaches no event, message, reason or header', async () => {
    clerk.reset();
    const refusals = [OPERATIONS.apiKey, OPERATIONS.m2m, OPERATIONS.oauth, OPERATIONS.refresh].map((operation) =>
      clerk.fail({ operation, status: 401, body: { errors: [{ code: text, message: text }] } }),
    );
    const events: BailiffEvent[] = [];
    const authenticator = createAuthenticator({
      secretKey: clerk.secretKey,
      publishableKey: PUBLISHABLE_KEY,
      apiUrl: clerk.apiUrl,
      acceptsToken: 'any',
      authorizedParties: ['https://acornbooks.example'],
      audience: 'https://api.acornbooks.example',
      issuer: 'https://clerk.acornbooks.example',
      now: () => T0,
      onEvent: (event) => events.push(event),
    });
    const said: unknown[] = [];
    const ask = async (headers: Readonly<Record<string, string>>, url = '/') => {
      const state = await authenticator.authenticateRequest({
        method: 'GET',
        url,
        header: (name) => headers[name] ?? null,
      });
      // The address of a page is the visitor's, and stands percent-encoded in the redirect. Cookies are what the instance signed.
      const shown = [...state.headers].filter(([name]) => name !== 'location' && name !== 'set-cookie');
      said.push(state.status, state.reason, state.message, shown);
      expect(state.headers.get('location') ?? '').not.toMatch(/[^\x21-\x7e]/);
    };
    for (const token of tokensWith(text)) {
      await ask({ authorization: `Bearer ${token}` });
      for (const sent of [`__session=${token}`, `__clerk_handshake=${token}`, `__clerk_handshake_nonce=${token}`])
        await ask({
          cookie: `${sent}; __client_uat=1; __refresh_JO1anrym=${text}`,
          host: 'app.acornbooks.example',
          accept: 'text/html',
        });
      for (const verify of [
        () => authenticator.verifySessionToken(token),
        () => authenticator.verifyApiKey(token),
        () => authenticator.verifyM2MToken(token),
      ])
        said.push(
          await verify().then(
            () => null,
            (error: Error & { code?: string }) => [error.code, error.message],
          ),
        );
    }
    const past = { iat: T0_S - 160, nbf: T0_S - 170, exp: T0_S - 100, aud: 'https://api.acornbooks.example' };
    const expired = `__session=${sessionToken(key, past)}; __client_uat=1; __refresh_JO1anrym=r`;
    await ask({ cookie: expired, host: 'app.acornbooks.example' });
    await ask({ cookie: `__clerk_handshake=${handshakeToken(key, [text])}`, host: 'app.acornbooks.example' });
    await ask(
      { host: 'app.acornbooks.example', 'x-forwarded-host': text, referer: text },
      `/?${encodeURIComponent(text)}`,
    );
    for (const value of flatten([said, events])) expect(value).not.toMatch(HOSTILE);
    expect(events.length).toBeGreaterThan(tokensWith(text).length);
    for (const refusal of refusals) expect(refusal.hits).toBeGreaterThan(0);
  });
});

function flatten(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => [name, ...flatten(inner)]);
}

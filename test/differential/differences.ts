/**
 * Every deliberate difference from `@clerk/backend`, each with its reason. A rule says what it changes, so that the rest
 * of the answer must still be equal: the request that the library would have to see to answer as Bailiff does, the
 * request that Bailiff would have to see, or the answer that is expected instead of the library's.
 */
import { API_VERSION_DATE } from '../../src/ground/api-version.js';
import type { Case } from './generate.js';
import type { Observation } from './observe.js';
import { hasSeveral, oneOfEach } from './several-values.js';

export interface Difference {
  readonly name: string;
  readonly reason: string;
  readonly when: (given: Case) => boolean;
  /** Bailiff answers this case as the library answers the rewritten one. */
  readonly reference?: (given: Case) => Case;
  /** Bailiff answers the rewritten case as the library answers this one. */
  readonly bailiff?: (given: Case) => Case;
  /** Bailiff's answer where the library's is the given one. */
  readonly answer?: (expected: Observation, given: Case, actual: Observation) => Observation;
}

const NOBODY = { userId: null, sessionId: null, orgId: null, orgSlug: null };
const NO_HEADERS = { location: null, cookies: [], cacheControl: null, cors: null };

function withHeader(given: Case, name: string, change: (value: string) => string | null): Case {
  const value = given.headers[name];
  if (value === undefined) return given;
  const { [name]: _, ...rest } = given.headers;
  const changed = change(value);
  return { ...given, headers: changed === null ? rest : { ...rest, [name]: changed } };
}

const cookie = (given: Case) => given.headers['cookie'] ?? '';
const authorization = (given: Case) => given.headers['authorization'] ?? '';
const withCookies = (given: Case, change: (value: string) => string) => withHeader(given, 'cookie', change);
const withoutNonce = (given: Case): Case => ({
  ...withCookies(given, (value) => value.replace(/__clerk_handshake_nonce=[^;]*;? ?/, '')),
  url: given.url.replace(/([?&])__clerk_handshake_nonce=[^&]*&?/, '$1').replace(/[?&]$/, ''),
});

const nonceOf = (given: Case) =>
  /[?&]__clerk_handshake_nonce=([^&]*)/.exec(given.url)?.[1] ??
  /__clerk_handshake_nonce=([^;]*)/.exec(cookie(given))?.[1];
const queryHandshake = (given: Case) => /[?&]__clerk_handshake=\{([^}]*)\}/.exec(given.url)?.[1];
const cookieHandshake = (given: Case) => /__clerk_handshake=\{([^}]*)\}/.exec(cookie(given))?.[1];
const handshakeOf = (given: Case) => queryHandshake(given) ?? cookieHandshake(given);

const dropHandshake = (text: string, names: readonly string[]) =>
  text.replace(new RegExp(`__clerk_handshake=\\{(?:${names.join('|')})\\}[&;]? ?`, 'g'), '').replace(/[?&]$/, '');
/** Without the handshakes of these names, wherever they are. */
const withoutHandshake = (given: Case, names: readonly string[]): Case => ({
  ...withCookies(given, (value) => dropHandshake(value, names)),
  url: dropHandshake(given.url, names),
});

function isPage({ method, headers }: Case): boolean {
  const destination = headers['sec-fetch-dest'] ?? (headers['accept']?.startsWith('text/html') ? 'document' : '');
  return method === 'GET' && ['document', 'iframe'].includes(destination);
}

const BROKEN_HANDSHAKES = ['hs-forged', 'hs-template', 'hs-garbage', 'hs-machine'];
const OLD_HANDSHAKES = ['hs-old', 'hs-ended'];

/** Tokens that decide the choice of cookies before their issuer does. */
const WITHOUT_ISSUER = ['no-issuer', 'garbage', 'two-parts', 'api-key'];
const SIGNED_OUT = { status: 'signed-out', ...NOBODY, ...NO_HEADERS };
/** Reasons that are given only after a token has been verified; null: signed in. */
const VERIFIED: ReadonlySet<string | null> = new Set([
  null,
  'primary-domain-cross-origin-sync',
  'active-organization-mismatch',
]);

function renameToken(given: Case, from: string, to: string): Case {
  return JSON.parse(JSON.stringify(given).replaceAll(`{${from}}`, `{${to}}`)) as Case;
}

export const DIFFERENCES: readonly Difference[] = [
  {
    name: 'unknown-key-may-be-new',
    reason:
      'A key id that has not been looked for since it could have appeared is not refused: a page goes to the handshake, anything else waits. The library loads the keys for each such token, so that anybody can make it call Clerk.',
    when: (given) => given.afterUnknownKeys === true,
    answer: (expected, given, actual) => {
      if (expected.reason !== 'jwk-kid-mismatch') return expected;
      const unchecked = { ...expected, reason: 'jwk-kid-unchecked', status: 'unavailable' };
      const renewable = isPage(given) && !/^bearer +\{|^\{/i.test(authorization(given));
      if (!renewable || /__clerk_redirect_count=[3-9]/.test(cookie(given))) return unchecked;
      const isHandshake = /\/v1\/client\/handshake\?redirect_url=.*&__clerk_hs_reason=jwk-kid-unchecked&/.test(
        actual.location ?? '',
      );
      const { location, cookies, cacheControl } = actual;
      return isHandshake ? { ...unchecked, status: 'handshake', location, cookies, cacheControl } : unchecked;
    },
  },
  {
    name: 'one-dated-version',
    reason:
      'The handshake asks with the version of the document that the calls are written for: two versions would be two shapes of one session. The library names the one that it was made for.',
    when: () => true,
    answer: (expected) => ({
      ...expected,
      location: expected.location?.replace(/(__clerk_api_version)=[\d-]+/, `$1=${API_VERSION_DATE}`) ?? null,
    }),
  },
  {
    name: 'several-cookies-of-one-name',
    reason:
      'RFC 6265, section 5.4: the order of cookies is nothing to rely on. Of several values the session that verifies and the newest client time count; the library takes the first, which signs out whoever has an old cookie beside the good one.',
    when: (given) => hasSeveral(cookie(given)),
    reference: (given) => withCookies(given, oneOfEach),
  },
  {
    name: 'scheme-in-any-case',
    reason:
      'RFC 9110, section 11.1: the scheme of `Authorization` is case-insensitive, and spaces after it do not count.',
    when: (given) => /^bearer +\{/i.test(authorization(given)),
    reference: (given) => withHeader(given, 'authorization', (value) => value.replace(/^bearer +/i, 'Bearer ')),
  },
  {
    name: 'empty-bearer-is-no-token',
    reason: 'A scheme without a token carries no credentials; the library takes the word `Bearer` for the token.',
    when: (given) => /^bearer *$/i.test(authorization(given)),
    reference: (given) => withHeader(given, 'authorization', () => null),
  },
  {
    name: 'forwarded-items-are-trimmed',
    reason: 'Proxies put blanks after commas; the library then ignores the header.',
    when: (given) =>
      / ,|, /.test(`${given.headers['x-forwarded-host'] ?? ''}${given.headers['x-forwarded-proto'] ?? ''}`),
    reference: (given) =>
      ['x-forwarded-host', 'x-forwarded-proto'].reduce(
        (changed, name) => withHeader(changed, name, (value) => value.split(',')[0]?.trim() ?? ''),
        given,
      ),
  },
  {
    name: 'loop-counter-from-three-up',
    reason: 'The library stops at exactly three, so that a forged 4 redirects again.',
    when: (given) => /__clerk_redirect_count=[4-9]/.test(cookie(given)),
    reference: (given) => withCookies(given, (value) => value.replace(/(__clerk_redirect_count)=[4-9]/, '$1=3')),
  },
  {
    name: 'loop-counter-not-negative',
    reason: 'A forged negative counter would allow more redirects.',
    when: (given) => /__clerk_redirect_count=-/.test(cookie(given)),
    reference: (given) => withCookies(given, (value) => value.replace(/(__clerk_redirect_count)=-\d+/, '$1=0')),
  },
  {
    name: 'loop-counter-path',
    reason: 'Without a path the counter belongs to the directory of the page, and a loop across pages is not seen.',
    when: () => true,
    answer: (expected) => ({
      ...expected,
      cookies: expected.cookies.map((value) =>
        value.replace(/^(__clerk_redirect_count=\d+); SameSite/, '$1; Path=/; SameSite'),
      ),
    }),
  },
  {
    name: 'nonce-failure-falls-through',
    reason:
      'A nonce that is worth nothing (used, foreign, or the API is down) must not sign out a visitor who has a session.',
    when: (given) => nonceOf(given) === 'n-unknown',
    reference: withoutNonce,
  },
  {
    name: 'broken-handshake-is-an-answer',
    reason: 'In development the library throws, and the visitor sees a 500: here a final answer with its reason.',
    when: (given) =>
      given.instance === 'development' &&
      [undefined, 'n-unknown'].includes(nonceOf(given)) &&
      BROKEN_HANDSHAKES.includes(queryHandshake(given) ?? ''),
    answer: (expected, given) =>
      expected.status !== 'threw'
        ? expected
        : {
            ...expected,
            status: 'signed-out',
            reason: queryHandshake(given) === 'hs-forged' ? 'token-invalid-signature' : 'token-invalid',
            tokenType: 'session_token',
          },
  },
  {
    name: 'foreign-handshake-cookie-is-ignored',
    reason:
      'In a cookie the handshake may come from another application on the domain: ignored in development as well.',
    when: (given) =>
      given.instance === 'development' &&
      queryHandshake(given) === undefined &&
      BROKEN_HANDSHAKES.includes(cookieHandshake(given) ?? ''),
    reference: (given) => withCookies(given, (value) => value.replace(/__clerk_handshake=\{[^}]*\};? ?/, '')),
  },
  {
    name: 'old-handshake-is-ignored',
    reason: 'A handshake is ignored once its `exp` has passed, and when it is older than ten minutes.',
    when: (given) => OLD_HANDSHAKES.some((name) => `${given.url}${cookie(given)}`.includes(`{${name}}`)),
    reference: (given) => {
      const inQuery = queryHandshake(given);
      // The one in the query hides the one in the cookie.
      const hidden = inQuery !== undefined && OLD_HANDSHAKES.includes(inQuery);
      const visible = hidden
        ? withCookies(given, (value) => value.replace(/__clerk_handshake=\{[^}]*\};? ?/, ''))
        : given;
      return withoutHandshake(visible, OLD_HANDSHAKES);
    },
  },
  {
    name: 'used-handshake-is-not-sent-again',
    reason: 'A token that was tried is worth nothing: left in the return address, it would stand beside the next one.',
    when: (given) => queryHandshake(given) !== undefined,
    answer: (expected) => ({
      ...expected,
      location:
        expected.location
          ?.replace(/(%3F|%26)__clerk_handshake%3D[^&%]*(?:%26)?/, '$1')
          .replace(/(?:%3F|%26)(?=&|$)/, '') ?? null,
    }),
  },
  {
    name: 'handshake-brings-own-session-only',
    reason: 'Only `__session` and the own suffixed name are the session; the library takes any name that begins so.',
    when: (given) => handshakeOf(given) === 'hs-foreign-suffix',
    answer: (expected) =>
      expected.sessionId === 'sess_two' && expected.cors !== null
        ? { ...expected, userId: 'user_ada', sessionId: 'sess_new' }
        : expected,
  },
  {
    name: 'handshake-sets-own-cookies-only',
    reason: 'What Clerk hands over sets cookies of its protocol, plain or with the suffix of this instance.',
    when: (given) => handshakeOf(given) === 'hs-foreign-suffix',
    answer: (expected) => ({
      ...expected,
      cookies: expected.cookies.filter((value) => !/^__session_ABCDEFGH=/.test(value)),
    }),
  },
  {
    name: 'handshake-brings-a-session',
    reason: 'A JWT-template token is no session, whatever brings it: the handshake counts as one whose token is bad.',
    when: (given) => handshakeOf(given) === 'hs-template-session',
    reference: (given) => renameToken(given, 'hs-template-session', 'hs-forged-session'),
    answer: (expected) => ({
      ...expected,
      location: expected.location?.replaceAll('{hs-forged-session}', '{hs-template-session}') ?? null,
    }),
  },
  {
    name: 'used-nonce-is-not-sent-again',
    reason:
      'A nonce is worth nothing after one exchange: left in the return address, it would stand beside the next one.',
    when: (given) => nonceOf(given) !== undefined && nonceOf(given) !== 'n-unknown',
    answer: (expected) => ({
      ...expected,
      location:
        expected.location
          ?.replace(/(%3F|%26)__clerk_handshake_nonce%3D[a-z-]*(?:%26)?/, '$1')
          .replace(/(?:%3F|%26)(?=&)/, '') ?? null,
    }),
  },
  {
    name: 'satellite-issuer',
    reason: 'Tokens of a satellite may name the host of the key or its own: the library knows only `clerk.<domain>`.',
    when: ({ instance, options }) =>
      instance === 'production' && options.isSatellite === true && options.domain !== undefined,
    bailiff: (given) =>
      withCookies(given, (value) =>
        value.replace(/(__session)=\{([^}]*)\}/, (all, name: string, token: string) =>
          WITHOUT_ISSUER.includes(token) ? all : `${name}={foreign-issuer}`,
        ),
      ),
  },
  {
    name: 'issuer-is-a-text',
    reason: 'RFC 7519, section 4.1.1: `iss` is a text; a token with another is malformed.',
    when: (given) => `${cookie(given)}${authorization(given)}`.includes('{number-issuer}'),
    answer: (expected, _given, actual) =>
      actual.reason === 'token-verification-failed' && VERIFIED.has(expected.reason)
        ? { ...expected, ...SIGNED_OUT, reason: 'token-verification-failed' }
        : expected,
  },
  {
    name: 'machine-token-without-audience',
    reason:
      'RFC 8707 and RFC 8725, section 3.9: a token for no resource in particular is not for this one, where one is expected. The library takes it.',
    when: (given) => given.options.audience !== undefined && /\{(?:m2m|oauth)-for-nobody\}/.test(authorization(given)),
    answer: (expected) =>
      expected.status === 'signed-in' ? { ...expected, ...SIGNED_OUT, reason: 'token-verification-failed' } : expected,
  },
  {
    name: 'audience-that-names-nobody',
    reason:
      'RFC 7519, section 4.1.3: whoever expects an audience refuses a token whose `aud` does not name it. An ordinary session has no `aud`; an empty one is no ordinary session, and the library does not look at it.',
    when: (given) =>
      given.options.audience !== undefined &&
      /\{(?:empty-audience|no-audiences)\}/.test(`${cookie(given)}${authorization(given)}`),
    answer: (expected, _given, actual) =>
      actual.reason === 'token-verification-failed' && VERIFIED.has(expected.reason)
        ? { ...expected, ...SIGNED_OUT, reason: 'token-verification-failed' }
        : expected,
  },
  {
    name: 'cookieless-return-is-answered',
    reason:
      'A browser that keeps no cookies would be sent around for ever: it gets its page without the address cleaned.',
    when: ({ instance, url, headers }) =>
      instance === 'development' && headers['cookie'] === undefined && url.includes('__clerk_handshake'),
    answer: (expected, given) => (expected.cors !== null && isPage(given) ? { ...expected, location: null } : expected),
  },
  {
    name: 'session-cookies-are-not-cached',
    reason: 'An answer that sets a session says itself that it is for one browser.',
    when: () => true,
    answer: (expected) =>
      expected.cors !== null || expected.cookies.some((value) => value.startsWith('__session'))
        ? { ...expected, cacheControl: 'private, no-store' }
        : expected,
  },
  {
    name: 'cors-where-it-is-needed',
    reason:
      'Only a script that redirects brought here has `Origin: null`; for others the header replaces what the application says.',
    when: (given) => given.headers['origin'] !== 'null',
    answer: (expected) => ({ ...expected, cors: null }),
  },
  {
    name: 'missing-azp-is-renewed',
    reason: 'A cookie minted by a navigation names no party: a page renews it instead of signing the visitor out.',
    when: (given) =>
      given.options.authorizedParties !== undefined && !authorization(given).includes('{') && given.method === 'GET',
    answer: (expected, given, actual) => {
      if (expected.reason !== 'token-invalid-authorized-parties' || actual.reason !== 'session-token-missing-azp')
        return expected;
      if (!/=\{(?:no|empty)-azp\}/.test(cookie(given))) return expected;
      const renewed = { ...expected, reason: actual.reason };
      if (/__clerk_redirect_count=[3-9]/.test(cookie(given))) return renewed;
      const isHandshake = /\/v1\/client\/handshake\?redirect_url=.*&__clerk_hs_reason=session-token-missing-azp&/.test(
        actual.location ?? '',
      );
      return isHandshake
        ? {
            ...renewed,
            status: 'handshake',
            location: actual.location,
            cookies: actual.cookies,
            cacheControl: 'no-store',
          }
        : renewed;
    },
  },
  {
    name: 'refresh-of-the-token-that-failed',
    reason:
      'An expired header token is refreshed itself; the library refreshes whatever session cookie lies beside it.',
    when: (given) =>
      /\{expired/.test(authorization(given)) && /__session/.test(cookie(given)) && /__refresh_/.test(cookie(given)),
    answer: (expected, _given, actual) =>
      [expected, actual].every(({ reason }) => reason === null || reason.startsWith('session-token-expired-refresh-'))
        ? actual
        : expected,
  },
];

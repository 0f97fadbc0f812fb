/**
 * What an attack is made of: the keys of the instance under attack and of strangers, and the words for a request.
 * Every case is an id, an input and the answer it must get; the runner sends it to every adapter in both key modes.
 */
import type { LocalInstance } from 'bailiff-local';
import { OPERATIONS, startClerk } from '../support/clerk.js';
import {
  createKey,
  headerOf,
  jwksOf,
  sessionClaimsV2,
  sessionToken,
  signJwt,
  T0_S,
  type Claims,
  type TestKey,
} from '../support/tokens.js';

export interface Attack {
  /** Stable, unique: group, number, what. */
  readonly id: string;
  readonly send: (fixtures: Fixtures) => Sent;
  /** The status, or those of which any is right (where the router or the HTTP parser may answer first). */
  readonly expect: number | readonly number[];
  /** Sent to a server of its own: one that has just looked for another unknown key id would say 503. */
  readonly alone?: boolean;
}

export interface Sent {
  readonly method?: string;
  readonly target?: string;
  readonly headers?: readonly (readonly [name: string, value: string])[];
}

export interface Fixtures {
  /** The instance's key: in its JWKS, and its PEM. */
  readonly own: TestKey;
  /** In the JWKS as well, of other types. */
  readonly ec: TestKey;
  readonly ed: TestKey;
  /** A stranger's key, with the instance's key id. */
  readonly foreign: TestKey;
  readonly suffix: string;
}

export const HOST = 'app.acornbooks.example';
export const PUBLISHABLE_KEY = 'pk_live_Y2xlcmsuYWNvcm5ib29rcy5leGFtcGxlJA';
export const SUFFIX = 'JO1anrym';

export function createFixtures(): Fixtures {
  const own = createKey('RS256', { kid: 'ins_own' });
  return {
    own,
    ec: createKey('ES256', { kid: 'ins_ec' }),
    ed: createKey('EdDSA', { kid: 'ins_ed' }),
    foreign: createKey('RS256', { kid: 'ins_own' }),
    suffix: SUFFIX,
  };
}

/** The instance under attack. Clerk's keys are of one type; here two more stand beside, so that confusing them could work. */
export async function attackedClerk({ own, ec, ed }: Fixtures): Promise<LocalInstance> {
  const clerk = await startClerk({ keys: [own] });
  clerk.fail({ operation: OPERATIONS.jwks, body: jwksOf(own, ec, ed) });
  return clerk;
}

export const bearer = (token: string, target = '/user'): Sent => ({
  target,
  headers: [['authorization', `Bearer ${token}`]],
});
export const cookies = (text: string, target = '/user'): Sent => ({ target, headers: [['cookie', text]] });
/** The cookies of somebody who is signed in. */
export const signedIn = (session: string): string => `__client_uat=${T0_S - 100}; __session=${session}`;

export const base64url = (data: string | Uint8Array): string => Buffer.from(data as string).toString('base64url');

/** A token whose header is what we say and whose signature is made with the instance's own key, or another. */
export function forged(fixtures: Fixtures, header: Claims, claims: Claims = {}, key: TestKey = fixtures.own): string {
  return signJwt(headerOf(fixtures.own, { cat: 'cl_B7d4PD111AAA', ...header }), sessionClaimsV2(claims), key);
}

export const good = (fixtures: Fixtures, claims: Claims = {}, header: Claims = {}): string =>
  sessionToken(fixtures.own, claims, header);

/** The three segments of a token, changed and joined again. */
export function reshaped(token: string, change: (parts: [string, string, string]) => readonly string[]): string {
  const [header = '', payload = '', signature = ''] = token.split('.');
  return change([header, payload, signature]).join('.');
}

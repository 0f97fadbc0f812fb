/**
 * Keys and tokens for tests of every part, made with `node:crypto` alone, so that no test asks the code under test for
 * its own proof. Times are in seconds inside claims and in milliseconds everywhere else.
 */
import {
  constants,
  generateKeyPairSync,
  sign as cryptoSign,
  verify as cryptoVerify,
  type JsonWebKey,
  type KeyObject,
} from 'node:crypto';

/** The instant at which tests live, unless they say otherwise: 2027-01-15T08:00:00Z, in milliseconds. */
export const T0 = 1_800_000_000_000;
/** The same in seconds. */
export const T0_S = T0 / 1000;

export const CATEGORY = {
  session: 'cl_B7d4PD111AAA',
  template: 'cl_B7d4PD222AAA',
  m2m: 'cl_B7d4PD333AAA',
  ignored: 'cl_I7d4PD111III',
} as const;

export type TestAlgorithm = 'RS256' | 'RS384' | 'RS512' | 'PS256' | 'PS384' | 'PS512' | 'ES256' | 'ES384' | 'EdDSA';

export interface TestKey {
  readonly kid: string;
  readonly alg: TestAlgorithm;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  /** Public JWK with `kid`, `alg` and `use`. */
  readonly jwk: JsonWebKey & { kid: string; alg?: string; use?: string; key_ops?: string[] };
  /** SPKI, multi-line. */
  readonly pem: string;
}

export type Claims = Record<string, unknown>;

/** A new key pair; RSA has 2048 bits unless `bits` says otherwise. */
export function createKey(alg: TestAlgorithm = 'RS256', options: { kid?: string; bits?: number } = {}): TestKey {
  const { privateKey, publicKey } = createPair(alg, options.bits ?? 2048);
  const kid = options.kid ?? `ins_${alg.toLowerCase()}`;
  return {
    kid,
    alg,
    privateKey,
    publicKey,
    jwk: { ...publicKey.export({ format: 'jwk' }), kid, alg, use: 'sig' },
    pem: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  };
}

function createPair(alg: TestAlgorithm, bits: number): { privateKey: KeyObject; publicKey: KeyObject } {
  if (alg === 'ES256') return generateKeyPairSync('ec', { namedCurve: 'P-256' });
  if (alg === 'ES384') return generateKeyPairSync('ec', { namedCurve: 'P-384' });
  if (alg === 'EdDSA') return generateKeyPairSync('ed25519');
  return generateKeyPairSync('rsa', { modulusLength: bits });
}

/** A JWKS document. */
export function jwksOf(...keys: readonly (TestKey | JsonWebKey)[]): { keys: JsonWebKey[] } {
  return { keys: keys.map((key) => ('jwk' in key ? (key as TestKey).jwk : key)) };
}

const base64url = (data: string | Uint8Array) =>
  (typeof data === 'string' ? Buffer.from(data) : Buffer.from(data)).toString('base64url');

const hashOf = (alg: TestAlgorithm) => (alg === 'EdDSA' ? null : `sha${alg.slice(2)}`);

/** How `node:crypto` is told to do what JOSE means by `alg` (ECDSA as r || s). */
function asJose(alg: TestAlgorithm, key: KeyObject) {
  if (alg.startsWith('ES')) return { key, dsaEncoding: 'ieee-p1363' } as const;
  if (!alg.startsWith('PS')) return key;
  return { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };
}

/** The raw signature of `data`. */
export function signBytes(data: string, { alg, privateKey }: Pick<TestKey, 'alg' | 'privateKey'>): Buffer {
  return cryptoSign(hashOf(alg), Buffer.from(data), asJose(alg, privateKey));
}

/** What OpenSSL says, whatever the code under test uses. */
export function verifyBytes(
  data: string,
  signature: Uint8Array,
  { alg, publicKey }: Pick<TestKey, 'alg' | 'publicKey'>,
): boolean {
  return cryptoVerify(hashOf(alg), Buffer.from(data), asJose(alg, publicKey), signature);
}

/**
 * Signs exactly this header and payload; a string or bytes are taken as the text of the segment, whatever it says, so
 * that malformed tokens can carry a good signature. `key.alg` decides how it is signed, not the header.
 */
export function signJwt(header: unknown, payload: unknown, key: Pick<TestKey, 'alg' | 'privateKey'>): string {
  const data = `${segment(header)}.${segment(payload)}`;
  return `${data}.${base64url(signBytes(data, key))}`;
}

export function segment(value: unknown): string {
  return base64url(typeof value === 'string' || value instanceof Uint8Array ? value : JSON.stringify(value));
}

/** `{ alg, kid, typ: 'JWT' }` of a key, with changes; `undefined` takes a member away. */
export function headerOf(key: Pick<TestKey, 'alg' | 'kid'>, changes: Claims = {}): Claims {
  return prune({ alg: key.alg, kid: key.kid, typ: 'JWT', ...changes });
}

function prune(claims: Claims): Claims {
  return Object.fromEntries(Object.entries(claims).filter(([, value]) => value !== undefined));
}

/** Claims of a session token of version 1, with an active organization. `undefined` takes a claim away. */
export function sessionClaimsV1(changes: Claims = {}, nowMs: number = T0): Claims {
  const now = Math.floor(nowMs / 1000);
  return prune({
    iss: 'https://clerk.acornbooks.example',
    sub: 'user_ada',
    sid: 'sess_one',
    azp: 'https://acornbooks.example',
    iat: now,
    nbf: now - 10,
    exp: now + 60,
    org_id: 'org_acorn',
    org_slug: 'acorn',
    org_role: 'org:admin',
    org_permissions: ['org:invoices:read', 'org:invoices:manage'],
    ...changes,
  });
}

/** Claims of a session token of version 2, with the same organization, role and permissions as version 1. */
export function sessionClaimsV2(changes: Claims = {}, nowMs: number = T0): Claims {
  const now = Math.floor(nowMs / 1000);
  return prune({
    iss: 'https://clerk.acornbooks.example',
    sub: 'user_ada',
    sid: 'sess_one',
    azp: 'https://acornbooks.example',
    iat: now,
    nbf: now - 10,
    exp: now + 60,
    jti: 'tok_one',
    v: 2,
    fva: [3, -1],
    sts: 'active',
    o: { id: 'org_acorn', slg: 'acorn', rol: 'admin', per: 'read,manage', fpm: '3' },
    fea: 'o:invoices',
    pla: 'o:pro,u:plus',
    ...changes,
  });
}

export function m2mClaims(changes: Claims = {}, nowMs: number = T0): Claims {
  const now = Math.floor(nowMs / 1000);
  return prune({
    iss: 'https://clerk.acornbooks.example',
    sub: 'mch_sender',
    aud: ['mch_reports'],
    scopes: 'mch_reports mch_billing',
    jti: 'mt_one',
    iat: now,
    nbf: now - 10,
    exp: now + 3600,
    ...changes,
  });
}

export function oauthClaims(changes: Claims = {}, nowMs: number = T0): Claims {
  const now = Math.floor(nowMs / 1000);
  return prune({
    iss: 'https://clerk.acornbooks.example',
    sub: 'user_ada',
    client_id: 'client_one',
    scope: 'profile email',
    jti: 'oat_one',
    iat: now,
    exp: now + 3600,
    ...changes,
  });
}

/** A session token; version 2 claims with changes. */
export function sessionToken(key: TestKey, changes: Claims = {}, header: Claims = {}, nowMs: number = T0): string {
  return signJwt(headerOf(key, { cat: CATEGORY.session, ...header }), sessionClaimsV2(changes, nowMs), key);
}

export function m2mToken(key: TestKey, changes: Claims = {}, header: Claims = {}, nowMs: number = T0): string {
  return signJwt(headerOf(key, { cat: CATEGORY.m2m, ...header }), m2mClaims(changes, nowMs), key);
}

export function oauthToken(key: TestKey, changes: Claims = {}, header: Claims = {}, nowMs: number = T0): string {
  return signJwt(headerOf(key, { typ: 'at+jwt', ...header }), oauthClaims(changes, nowMs), key);
}

/** A handshake token that carries these `Set-Cookie` values, and such claims. */
export function handshakeToken(key: TestKey, directives: unknown, header: Claims = {}, claims: Claims = {}): string {
  return signJwt(headerOf(key, { cat: CATEGORY.session, ...header }), { handshake: directives, ...claims }, key);
}

/** What `POST /api_keys/verify` answers for a good key. */
export function apiKeyAnswer(changes: Claims = {}, nowMs: number = T0): Claims {
  return prune({
    object: 'api_key',
    id: 'ak_one',
    type: 'api_key',
    name: 'Reports',
    description: null,
    subject: 'user_ada',
    scopes: ['invoices:read'],
    claims: null,
    revoked: false,
    revocation_reason: null,
    expired: false,
    expiration: nowMs + 86_400_000,
    created_by: 'user_ada',
    last_used_at: nowMs - 1000,
    created_at: nowMs - 1_000_000,
    updated_at: nowMs - 1_000_000,
    ...changes,
  });
}

/** What `POST /m2m_tokens/verify` answers for a good token. */
export function m2mAnswer(changes: Claims = {}, nowMs: number = T0): Claims {
  return prune({
    object: 'machine_to_machine_token',
    id: 'mt_one',
    subject: 'mch_sender',
    scopes: ['mch_reports'],
    claims: { region: 'eu' },
    revoked: false,
    revocation_reason: null,
    expired: false,
    expiration: nowMs + 3_600_000,
    created_at: nowMs - 1_000_000,
    updated_at: nowMs - 1_000_000,
    ...changes,
  });
}

/** What `POST /oauth_applications/access_tokens/verify` answers for a good token; its times are in seconds. */
export function oauthAnswer(changes: Claims = {}, nowMs: number = T0): Claims {
  const now = Math.floor(nowMs / 1000);
  return prune({
    object: 'clerk_idp_oauth_access_token',
    id: 'oat_one',
    client_id: 'client_one',
    type: 'oauth_token',
    subject: 'user_ada',
    scopes: ['profile', 'email'],
    revoked: false,
    revocation_reason: null,
    expired: false,
    expiration: now + 3600,
    created_at: now - 1000,
    updated_at: now - 1000,
    ...changes,
  });
}

/** A clock for `now` that moves only when it is told to. */
export function createClock(startMs: number = T0): (() => number) & { advance(ms: number): void } {
  let ms = startMs;
  return Object.assign(() => ms, {
    advance(by: number) {
      ms += by;
    },
  });
}

/** The signature algorithms that are accepted, as a table. What has no row here is refused: `none` and every HMAC too. */

export interface Algorithm {
  /** `alg` in JOSE (RFC 7518 section 3, RFC 8037). */
  readonly name: string;
  readonly kty: 'RSA' | 'EC' | 'OKP';
  /** Null for RSA. */
  readonly crv: string | null;
  /** Bytes of one coordinate; 0 for RSA. */
  readonly coordinateBytes: number;
  /** For `node:crypto`; null where the hash is part of the algorithm. */
  readonly hash: string | null;
  readonly padding: 'pkcs1' | 'pss' | null;
  /** For `crypto.subtle.importKey` and `crypto.subtle.verify`. */
  readonly webCrypto: {
    readonly name: string;
    readonly hash?: string;
    readonly namedCurve?: string;
    readonly saltLength?: number;
  };
}

type Bits = 256 | 384 | 512;

const rsa = (name: string, bits: Bits): Algorithm => {
  const pss = name.startsWith('PS');
  const hash = `SHA-${bits}`;
  return {
    name,
    kty: 'RSA',
    crv: null,
    coordinateBytes: 0,
    hash: `sha${bits}`,
    padding: pss ? 'pss' : 'pkcs1',
    webCrypto: pss ? { name: 'RSA-PSS', hash, saltLength: bits / 8 } : { name: 'RSASSA-PKCS1-v1_5', hash },
  };
};

const ecdsa = (name: string, bits: Bits): Algorithm => ({
  name,
  kty: 'EC',
  crv: `P-${bits}`,
  coordinateBytes: bits / 8,
  hash: `sha${bits}`,
  padding: null,
  webCrypto: { name: 'ECDSA', hash: `SHA-${bits}`, namedCurve: `P-${bits}` },
});

const ROWS: readonly Algorithm[] = [
  rsa('RS256', 256),
  rsa('RS384', 384),
  rsa('RS512', 512),
  rsa('PS256', 256),
  rsa('PS384', 384),
  rsa('PS512', 512),
  ecdsa('ES256', 256),
  ecdsa('ES384', 384),
  {
    name: 'EdDSA',
    kty: 'OKP',
    crv: 'Ed25519',
    coordinateBytes: 32,
    hash: null,
    padding: null,
    webCrypto: { name: 'Ed25519' },
  },
];

/** A `Map`, so that `alg: "constructor"` finds nothing. */
export const ALGORITHMS: ReadonlyMap<unknown, Algorithm> = new Map(ROWS.map((row) => [row.name, row]));

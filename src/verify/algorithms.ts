/** The table of accepted signature algorithms. An algorithm without a row is refused; `none` and the HMACs have none. */

export interface Algorithm {
  /** `alg` in JOSE (RFC 7518 section 3, RFC 8037). */
  readonly name: string;
  readonly kty: 'RSA' | 'EC' | 'OKP';
  /** Null for RSA. */
  readonly crv: string | null;
  /** Bytes of one coordinate; 0 for RSA. */
  readonly coordinateBytes: number;
  /** For `node:crypto`, like `padding`; jose goes by the name. Null where the hash is part of the algorithm. */
  readonly hash: string | null;
  readonly padding: 'pkcs1' | 'pss' | null;
}

type Bits = 256 | 384 | 512;

const rsa = (name: string, bits: Bits): Algorithm => ({
  name,
  kty: 'RSA',
  crv: null,
  coordinateBytes: 0,
  hash: `sha${bits}`,
  padding: name.startsWith('PS') ? 'pss' : 'pkcs1',
});

const ecdsa = (name: string, bits: Bits): Algorithm => ({
  name,
  kty: 'EC',
  crv: `P-${bits}`,
  coordinateBytes: bits / 8,
  hash: `sha${bits}`,
  padding: null,
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
  },
];

/** A `Map`, so that `alg: "constructor"` finds nothing. */
export const ALGORITHMS: ReadonlyMap<unknown, Algorithm> = new Map(ROWS.map((row) => [row.name, row]));

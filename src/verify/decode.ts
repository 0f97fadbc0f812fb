/** A string becomes a `DecodedJwt` here, once; everything behind this point passes the object. */
export interface DecodedJwt {
  readonly token: string;
  readonly header: Readonly<Record<string, unknown>>;
  readonly payload: Readonly<Record<string, unknown>>;
  readonly signature: Uint8Array;
  /** Length of `header.payload`: what the signature covers. */
  readonly signedLength: number;
}

export function decodeJwt(token: string): DecodedJwt | null {
  throw new Error(`not built yet (${token.length})`);
}

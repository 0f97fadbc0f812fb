/** What every part of the offline instance sees of it: its clock, ids, keys, tables, and the way to tell webhooks. Types only. */

/** A resource as it is stored: wire field names, times in milliseconds. */
export interface Row {
  id: string;
  [field: string]: unknown;
}

/**
 * Rows in order of insertion, with look-up by id and by any field that was asked for once (indexes are kept up to date).
 * Rows are frozen through and through, copied when they come in: write by `insert`, `update` and `delete`. Plain JSON alone.
 */
export interface Table {
  readonly size: number;
  /** Grows with every insert, update and delete (and never repeats, also after a reset): what was worked out from the rows is good until it changes. */
  readonly version: number;
  get(id: string): Row | undefined;
  /** @throws Error if the id is taken */
  insert(row: Row): Row;
  /** Replaces the fields given. Undefined if there is no such row. */
  update(id: string, patch: Readonly<Record<string, unknown>>): Row | undefined;
  delete(id: string): Row | undefined;
  /** Oldest first. Do not write while iterating: copy first. */
  all(): Iterable<Row>;
  /** The same as a list, made once per version. */
  rows(): readonly Row[];
  /** All rows whose field has this value, through an index made on first use. */
  by(field: string, value: unknown): Row[];
}

export interface SigningKey {
  readonly kid: string;
  /** PKCS#8 PEM. */
  readonly privatePem: string;
  /** SPKI PEM: what goes into CLERK_JWT_KEY. */
  readonly publicPem: string;
  readonly publicJwk: Readonly<Record<string, unknown>>;
}

export interface Keys {
  readonly current: SigningKey;
  /** Current and still accepted older keys, as `GET /jwks` answers. */
  jwks(): { keys: readonly Readonly<Record<string, unknown>>[] };
  /** RS256 with the current key. */
  sign(header: Readonly<Record<string, unknown>>, payload: Readonly<Record<string, unknown>>): string;
  /** Payload of a token that one of our keys signed (expiry not looked at), or null. */
  open(token: string): { header: Readonly<Record<string, unknown>>; payload: Readonly<Record<string, unknown>> } | null;
  rotate(): SigningKey;
}

export interface InstanceState {
  readonly instanceId: string;
  readonly instanceType: 'development' | 'production';
  readonly secretKey: string;
  readonly publishableKey: string;
  readonly webhookSigningSecret: string;
  /** `http://127.0.0.1:PORT` once the server listens. */
  readonly apiUrl: string;
  /** Where browsers find the Frontend API, and `iss` of every token. */
  readonly frontendApiUrl: string;
  now(): number;
  /** A new id such as `user_` + 27 characters; deterministic for a seed. */
  id(prefix: string): string;
  /** Random text for secrets (base62), deterministic for a seed. */
  secret(length: number): string;
  table(name: string): Table;
  readonly keys: Keys;
  /** Tells the webhook deliverer; type as in Clerk's event catalogue (`user.created`). */
  emit(type: string, data: Readonly<Record<string, unknown>>): void;
  /** The whole state as a snapshot, private keys included. */
  dump(): object;
}

export interface LocalRequest {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Uint8Array;
  /** Origin by which the client reached us (`http://127.0.0.1:4000`). */
  readonly origin: string;
}

export interface LocalResponse {
  readonly status: number;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string | Uint8Array;
}

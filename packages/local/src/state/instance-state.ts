/** The state of an instance, as all parts see it: clock, ids, keys, tables, events. Types only. */
import type { TableName, TableRows } from './rows.js';

/** A resource as it is stored: field names of the API, times in milliseconds. `rows.ts` has the type of every table's rows. */
export interface Row {
  id: string;
  [field: string]: unknown;
}

/** Some fields of a row. An undefined field is not stored. */
export type Draft<R> = { readonly [Name in keyof R]?: R[Name] | undefined };

/**
 * Rows in order of insertion, with look-up by id and by any field that was asked for once (indexes are kept up to date).
 * Rows are deeply frozen copies: write by `insert`, `update` and `delete`. Plain JSON alone.
 */
export interface Table<R extends { id: string } = Row> {
  readonly size: number;
  /** Grows with every insert, update and delete, and never repeats, also after a reset: a value computed from the rows is valid until it changes. */
  readonly version: number;
  get(id: string | null | undefined): R | undefined;
  /** @throws Error if the id is taken */
  insert(row: Draft<R> & { readonly id: string }): R;
  /** Replaces the fields given. Undefined if there is no such row. */
  update(id: string, patch: Draft<R>): R | undefined;
  delete(id: string): R | undefined;
  /** Oldest first, as a list that is made once per version. */
  rows(): readonly R[];
  /** All rows whose field has this value, through an index made on first use. */
  by(field: keyof R & string, value: unknown): R[];
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
  /** The header and payload of a token that one of the instance's keys signed, or null. Does not check expiry. */
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
  table<Name extends TableName>(name: Name): Table<TableRows[Name]>;
  /** A table by any name, such as one of a seed. */
  table(name: string): Table;
  readonly keys: Keys;
  /** Reports an event to the webhooks. @param type as in Clerk's event catalogue (`user.created`) */
  emit(type: string, data: Readonly<Record<string, unknown>>): void;
  /** The whole state as a snapshot, private keys included. */
  dump(): object;
}

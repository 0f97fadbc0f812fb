/** Sessions, clients, browsers and handshakes. Types only. */
import type { Client, Session } from 'bailiff/api/types';
import type { Verification } from './attempt-rows.js';
import type { Fields, ResourceRow, Times, InternalRow } from './stored.js';

/** Fields of a session that the API does not show, most of them for its tokens. */
export interface SessionExtras {
  /** Custom claims, as session token customisation adds them. */
  readonly claims?: Fields | undefined;
  /** Instead of the permissions of the role. */
  readonly permissions?: readonly string[] | undefined;
  /** `o:invoices`, `u:beta`, `ou:reports`. */
  readonly features?: readonly string[] | undefined;
  /** `o:team`, `u:pro`. */
  readonly plans?: readonly string[] | undefined;
  /** Origin that the tokens were minted for. */
  readonly azp?: string | undefined;
  /** A test chose the session's tasks: nothing completes them. */
  readonly tasksStay?: boolean | undefined;
  /** When the first and second factor were verified (ms); null: never. */
  readonly verifiedAt?: readonly [number | null, number | null] | undefined;
  /** The last reverification, complete or not. */
  readonly reverification?: Reverification | undefined;
}

export type ReverificationLevel = 'first_factor' | 'second_factor' | 'multi_factor';

export type Reverification = {
  readonly level: ReverificationLevel;
  readonly first_factor_verification: Verification | null;
  readonly second_factor_verification: Verification | null;
};

export type SessionRow = ResourceRow<
  Session,
  { extras?: SessionExtras; actor?: Fields | null; latest_activity?: unknown }
>;

export type ClientRow = ResourceRow<Client, unknown, 'session_ids' | 'sessions'>;

/** A browser; its id is its token. */
export type DevBrowserRow = InternalRow<Times & { client_id: string | null }>;

/** A refresh token; its id is the token. */
export type RefreshTokenRow = InternalRow<{ session_id: string; created_at: number }>;

/** The payload of a handshake; the id is the nonce. */
export type HandshakeRow = InternalRow<{ directives: readonly string[]; created_at: number; expires_at?: number }>;

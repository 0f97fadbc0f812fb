/** What comes in, and what was decided about it. Types only. */
import type { Reason } from '../reasons.js';
import type { WaitUntil } from '../ports.js';
import type { Auth, TokenType } from './token-kinds.js';

/** The least that a framework must tell about a request; headers by lower-case name, several values joined by `, `. */
export interface RequestView {
  readonly method: string;
  /** Absolute URL, or the request target as it came (`/path?query`). */
  readonly url: string;
  header(name: string): string | null | undefined;
  /** Names and values of all headers; needed only when a session is refreshed. */
  headers?(): Iterable<readonly [name: string, value: string]>;
  /** The public origin (`https://app.example.com`), where the framework has already worked it out. */
  readonly publicOrigin?: string | null;
  /**
   * Whether the forwarded headers of this request are to be believed, where the framework has rules of its own for that
   * (Express: `trust proxy`). Without it, the option `trustProxy` decides.
   */
  readonly trustsProxy?: boolean;
  /** Whether the request came over TLS, where `url` does not tell (a bare request target). */
  readonly encrypted?: boolean;
  /** The pattern of the route that serves the request, for events; null or absent while the framework does not tell. */
  readonly route?: string | null;
  /**
   * Keeps what goes on behind the answer alive where a platform would end it (`ctx.waitUntil` on Workers): a load of keys ahead of
   * time, a write to the shared store. Without it, and when it throws, such a task just runs on.
   */
  readonly waitUntil?: WaitUntil;
}

export type RequestStatus = 'signed-in' | 'signed-out' | 'handshake' | 'unavailable';

/** What `authenticateRequest` decided. */
export interface RequestState {
  readonly status: RequestStatus;
  readonly isAuthenticated: boolean;
  readonly tokenType: TokenType | null;
  /** Null when signed in. */
  readonly reason: Reason | null;
  readonly message: string;
  /** What this server failed with, where the reason is `authentication-fault`; else null. Not enumerable. */
  readonly cause?: Error | null;
  /** To send with the response: `Location`, `Set-Cookie`, `Cache-Control`, `x-clerk-auth-*`. */
  readonly headers: Headers;
  readonly token: string | null;
  /** Never null: during a handshake or an outage it is the signed-out object. */
  readonly auth: Auth;
}

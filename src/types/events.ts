/** What `onEvent` receives. Types only. */
import type { Reason } from '../errors.js';
import type { NotJson } from '../ground/upstream-body.js';
import type { TokenType } from './token-kinds.js';

/** What `onEvent` receives. No event holds a token or a key. Durations are in milliseconds. */
export type BailiffEvent =
  | {
      readonly type: 'authenticated';
      readonly tokenType: TokenType;
      readonly subject: string;
      readonly durationMs: number;
    }
  | {
      readonly type: 'denied';
      /** `request`: authentication found nobody; `guard`: a route's requirement was not met. */
      readonly by: 'request' | 'guard';
      readonly status: number;
      readonly tokenType: TokenType | null;
      readonly reason: string | null;
      readonly durationMs: number;
    }
  | {
      readonly type: 'jwks.refreshed';
      readonly keys: number;
      readonly durationMs: number;
      /** Present when another process of the fleet had loaded the keys. */
      readonly source?: 'store';
    }
  | {
      readonly type: 'jwks.failed';
      readonly reason: Reason;
      /** What Clerk, or something in between, answered instead of keys; null when no answer came. */
      readonly detail: string | null;
      readonly staleMs: number | null;
      readonly durationMs: number;
    }
  | {
      readonly type: 'token.cache';
      readonly hit: boolean;
      readonly tokenType: TokenType;
      readonly source: 'memory' | 'store';
    }
  | {
      readonly type: 'session.refreshed';
      readonly ok: boolean;
      readonly reason: string | null;
      readonly durationMs: number;
    }
  | {
      readonly type: 'handshake';
      readonly step: 'started' | 'resolved' | 'failed' | 'loop';
      readonly reason: string | null;
    }
  | {
      readonly type: 'backend-api.call';
      readonly operation: string;
      /** Null when no answer came. */
      readonly status: number | null;
      /** What the answer was, told by its first bytes; absent when it was JSON, or none came. */
      readonly notJson?: NotJson;
      readonly durationMs: number;
    }
  | {
      readonly type: 'fault';
      /**
       * What was being done: `request` (telling who sent it), `guard` (a route's requirement), `denial` (`onDenied`), `upgrade`, `options` (a
       * function that gives the options of a request; it has no listener, so that this one is for the logger alone), `token`
       * (the `verify*` methods), `keys` (a load of the JWKS while known keys go on) or `proxy`.
       */
      readonly during: 'request' | 'guard' | 'denial' | 'upgrade' | 'options' | 'token' | 'keys' | 'proxy';
      /** What was thrown, with its stack and cause. One that holds a key, a token or an object is a copy without them. */
      readonly error: Error;
    };

/** What `onEvent` receives. Types only. */
import type { Reason } from '../errors.js';
import type { NotJson } from '../upstream-body.js';
import type { TokenType } from './tokens.js';

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
  | { readonly type: 'jwks.refreshed'; readonly keys: number; readonly durationMs: number }
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
    };

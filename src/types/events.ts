/** What `onEvent` receives. Types only. */
import type { Reason } from '../reasons.js';
import type { NotJson } from '../ground/upstream-body.js';
import type { RequestStatus } from './request.js';
import type { MissingPart } from './requirements.js';
import type { TokenType } from './token-kinds.js';

/**
 * Which request an event is about. A client chooses method and request id, so both are short and hold nothing that could break a line
 * of a log.
 */
export interface EventRequest {
  /** `_OTHER` for what is no usual method; null where the event is about no single request. */
  readonly method: string | null;
  /** The pattern of the route (`/orders/:id`), once the framework has found it and where it tells; else null. */
  readonly route: string | null;
  /** `traceparent` (W3C Trace Context) where a valid one was sent, else `x-request-id` without unusual characters; else null. */
  readonly requestId: string | null;
}

/**
 * What is wrong with the configuration of a server: the Backend API refuses its secret key, or its machine secret key; its keys are of two
 * instances; browsers send session cookies, and it has no publishable key to read them with.
 */
export type Diagnostic =
  'secret-key-invalid' | 'machine-secret-key-invalid' | 'instance-mismatch' | 'publishable-key-missing';

/** What `onEvent` receives. No event holds a token or a key. Durations are in milliseconds. */
export type BailiffEvent =
  | (EventRequest & {
      readonly type: 'authenticated';
      readonly tokenType: TokenType;
      readonly subject: string;
      readonly durationMs: number;
    })
  /** The middleware, a guard or a reader has looked for a caller and found none. It is no denial: a route may do without one. */
  | (EventRequest & {
      readonly type: 'unauthenticated';
      readonly status: Exclude<RequestStatus, 'signed-in'>;
      readonly tokenType: TokenType | null;
      readonly reason: string | null;
      readonly durationMs: number;
    })
  /** The final answer is a refusal. One for a request at most. */
  | (EventRequest & {
      readonly type: 'denied';
      /**
       * `guard`: a route's requirement was not met. `request`: the middleware answered 400, or an upgrade was refused before its
       * requirement was asked; and a state of `authenticateRequest` that is not signed in, where nobody else decides.
       */
      readonly by: 'request' | 'guard';
      readonly status: number;
      readonly tokenType: TokenType | null;
      readonly reason: string | null;
      /** The part of the requirement that failed; null where nobody was known whom it could be asked. Not told to the client. */
      readonly missing: MissingPart | null;
      readonly durationMs: number;
    })
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
  | (EventRequest & {
      readonly type: 'session.refreshed';
      readonly ok: boolean;
      readonly reason: string | null;
      readonly durationMs: number;
    })
  | (EventRequest & {
      readonly type: 'handshake';
      readonly step: 'started' | 'resolved' | 'failed' | 'loop';
      readonly reason: string | null;
    })
  | {
      readonly type: 'backend-api.call';
      readonly operation: string;
      /** Null when no answer came. */
      readonly status: number | null;
      /** What the answer was, told by its first bytes; absent when it was JSON, or none came. */
      readonly notJson?: NotJson;
      readonly durationMs: number;
    }
  /** Something is wrong with the configuration. Told when it is found, and again only after it was mended. */
  | {
      readonly type: 'diagnostic';
      readonly diagnostic: Diagnostic;
      /** What is wrong and what to do, as the logger has it. */
      readonly message: string;
    }
  | (EventRequest & {
      readonly type: 'fault';
      /**
       * What was being done: `request` (telling who sent it), `guard` (a route's requirement), `denial` (`onDenied`), `upgrade`, `options` (a
       * function that gives the options of a request; it has no listener, so that this one is for the logger alone), `token`
       * (the `verify*` methods), `keys` (a load of the JWKS while known keys go on) or `proxy`.
       */
      readonly during: 'request' | 'guard' | 'denial' | 'upgrade' | 'options' | 'token' | 'keys' | 'proxy';
      /** What was thrown, with its stack and cause. One that holds a key, a token or an object is a copy without them. */
      readonly error: Error;
    });

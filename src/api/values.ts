/** What callers of the Backend API give and get, beside the types of the document. Types only. */
import type { BackendApis } from './generated/interfaces.js';
import type { HeaderFields } from '../ground/headers.js';
import type { Clock, Fetch } from '../ports.js';
import type { BailiffEvent, Option } from '../types.js';
import type { Operation } from './operation.js';

/**
 * A JSON object whose members the document leaves open: metadata, claims.
 *
 * @example
 * ```ts
 * import { createBackendApi, type JsonObject } from 'bailiff/api';
 *
 * const api = createBackendApi();
 * const plan: JsonObject = { plan: 'pro' };
 * await api.users.updateMetadata('user_1', { public_metadata: plan });
 * ```
 */
export type JsonObject = Record<string, unknown>;

/**
 * An image: a `File` or `Blob`, bytes (a Node `Buffer` is bytes), a Web or Node stream of bytes, or a `file:` URL, which is read from
 * the disk where the runtime can (Node 20.16, Deno, Bun). At most 10 MB. Its type is told by its first bytes (PNG, JPEG, GIF, WebP), of
 * anything else by the `Blob`; its name is that of the `File` or the URL. A text is never a file: it could be a path that a stranger chose.
 *
 * @example
 * ```ts
 * import { createBackendApi, type Upload } from 'bailiff/api';
 *
 * const api = createBackendApi();
 * export const setImage = (userId: string, file: Upload) => api.users.setProfileImage(userId, { file });
 * ```
 */
export type Upload =
  Blob | ArrayBufferView | ArrayBuffer | ReadableStream<Uint8Array> | AsyncIterable<Uint8Array> | URL;

/** What {@link request} sends. */
export interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below the API's address and version: `/users/user_1/new_thing`. What is put into it has to be encoded. */
  readonly path: string;
  /** An array is sent as several parameters of one name. */
  readonly query?: Option<Readonly<Record<string, QueryValue | readonly QueryValue[]>>>;
  /** Sent as JSON. */
  readonly body?: unknown;
}

type QueryValue = string | number | boolean | undefined;

/**
 * The envelope that `paginated: true` turns an array into.
 *
 * @example
 * ```ts
 * import { createBackendApi } from 'bailiff/api';
 *
 * const api = createBackendApi();
 * const { data, total_count } = await api.invitations.list({ paginated: true });
 * console.log(data.length, total_count);
 * ```
 */
export interface Paginated<Item> {
  data: Item[];
  total_count: number;
}

/** Options of one call, given last. `null` counts as not given. */
export interface CallOptions {
  /** Cancels the call: it rejects with a `BackendApiError` of code `aborted`. */
  readonly signal?: Option<AbortSignal>;
  /** Milliseconds that each attempt may take. Default: the client's. */
  readonly timeoutMs?: Option<number>;
  /** Milliseconds that all attempts together may take, waits included. Default: the client's. */
  readonly deadlineMs?: Option<number>;
  /** How often a failed call is sent again. Default: the client's. 0: never, not even after 429. */
  readonly retries?: Option<number>;
  /** More headers. `Authorization` and `Clerk-API-Version` stay ours. */
  readonly headers?: Option<HeaderFields>;
  /** The secret key of another instance, for this call. */
  readonly secretKey?: Option<string>;
  /** The secret key of a machine, for this call. Counts for the M2M operations only. */
  readonly machineSecretKey?: Option<string>;
}

/** Options of {@link createBackendApi}. Those with an environment variable fall back to it. */
export interface BackendApiOptions {
  /**
   * The key of the instance. A call without a key throws `ConfigurationError`.
   *
   * @env CLERK_SECRET_KEY
   */
  readonly secretKey?: Option<string>;
  /**
   * The key of a machine: used for the M2M operations in place of the secret key.
   *
   * @env CLERK_MACHINE_SECRET_KEY
   */
  readonly machineSecretKey?: Option<string>;
  /**
   * The address of the Backend API.
   *
   * @env CLERK_API_URL
   * @default `https://api.clerk.com`
   */
  readonly apiUrl?: Option<string>;
  /**
   * The version in the path of the Backend API.
   *
   * @env CLERK_API_VERSION
   * @default `v1`
   */
  readonly apiVersion?: Option<string>;
  /**
   * The dated version of the API that calls ask for. What `createBackendApi` gives has its types: with 2026-05-12, metadata changes
   * through its own operations alone.
   *
   * @default the version of the handshake and of authentication
   */
  readonly clerkApiVersion?: Option<keyof BackendApis>;
  /**
   * How long each attempt may take, the reading of the answer included.
   *
   * @default 30,000
   * @unit ms
   */
  readonly timeoutMs?: Option<number>;
  /**
   * How long all attempts of a call together may take, with the pauses in between.
   *
   * @default 90,000
   * @unit ms
   */
  readonly deadlineMs?: Option<number>;
  /**
   * How often a failed call is sent again.
   *
   * @default 2
   */
  readonly retries?: Option<number>;
  /**
   * Sends every request.
   *
   * @default the global `fetch`
   */
  readonly fetch?: Option<Fetch>;
  /**
   * The clock, in milliseconds since the epoch: for tests.
   *
   * @default `Date.now`
   * @unit ms
   */
  readonly now?: Option<Clock>;
  /**
   * How a pause between attempts is spent: for tests. Must resolve early when the signal aborts.
   *
   * @default a timer
   */
  readonly wait?: Option<(ms: number, signal: AbortSignal | undefined) => Promise<void>>;
  /**
   * Receives a `backend-api.call` for each attempt.
   *
   * @default nobody listens
   */
  readonly onEvent?: Option<(event: BailiffEvent) => void>;
}

/** A connection to one instance: what the functions of `bailiff/api/<resource>` take first. Made by `createBackendClient`. */
export interface BackendClient {
  /** @internal */
  call(operation: Operation, args: readonly unknown[]): Promise<unknown>;
}

/**
 * A list: awaited, one page as the API answers it; iterated (`for await`), every item of all pages. Nothing is sent before
 * one of the two happens.
 *
 * @example
 * ```ts
 * import { createBackendApi } from 'bailiff/api';
 *
 * const api = createBackendApi();
 * const list = api.users.list({ limit: 50 });
 * const page = await list; // one page
 * for await (const user of list) console.log(user.id, page.length); // every user
 * ```
 */
export interface PageRequest<Page, Item> extends Promise<Page>, AsyncIterable<Item> {}

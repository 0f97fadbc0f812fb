/** A request and an answer as every part of the instance sees them. Types only. */

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
  /** Address of the client, as its socket has it. */
  readonly peer?: string | undefined;
}

export interface LocalResponse {
  readonly status: number;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string | Uint8Array;
}

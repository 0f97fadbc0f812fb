/**
 * An operation of the Backend API: all that the client knows of it, beside the types of its arguments and its answer. What is
 * absent is as most operations have it.
 */
export interface Operation {
  /** `users.get` */
  readonly name: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below the API's address and version, with `{}` for each id: `/users/{}/profile_image`. */
  readonly path: string;
  /** What follows the ids among the arguments. Both: `{ query, body }`. None: call options follow the ids. */
  readonly input: 'query' | 'body' | 'form' | 'both' | 'none';
  /** A list, and the largest `limit` of it. The API would take a larger one as 10, and say nothing. */
  readonly list?: number | undefined;
  /** Whether `paginated=true` makes a list an envelope with its total. Absent: no. */
  readonly paginated?: boolean;
  /** Whether a call that may have had its effect is sent again. Absent: yes. */
  readonly retry?: boolean;
  /** Whether the path stands below a version (`/v1`). Absent: yes. */
  readonly versioned?: boolean;
  /** `machine`: the key of a machine, if there is one. `none`: no key, and a page for an answer. Absent: the secret key. */
  readonly key?: 'machine' | 'none' | undefined;
  /** Makes the form where the input is one. */
  readonly encode?: Encode;
}

/**
 * @param request Its body is the parameters; then the form, whose type the headers name.
 * @param name of the operation, for errors
 * @param signal aborts when the body is no longer wanted
 */
export type Encode = (request: EncodedRequest, name: string, signal: AbortSignal) => Promise<void>;

export interface EncodedRequest {
  readonly headers: Headers;
  body: unknown;
}

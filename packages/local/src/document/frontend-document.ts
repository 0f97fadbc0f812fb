/**
 * The Frontend API in `spec/frontend-api.json`: operations by method and path, and what each field of an answer is. Types are written as in
 * TypeScript: `string`, `integer`, `number`, `boolean`, `object` (any JSON object), `any`, the name of a schema, `T[]`, `T | null`,
 * `Page<T>` (`data` and `total_count`), and `Envelope<T>` (`response` and `client`) around the whole. `name?` may be absent.
 */
import { readDocumentFile } from './document-file.js';

export interface FrontendOperation {
  readonly id: string;
  /** Type of the answer; absent where the answer is no JSON. */
  readonly answer?: string;
  /** Default 200. */
  readonly status?: number;
}

/** Types by name of the field; `*` stands for every name. */
export type FrontendSchema = Readonly<Record<string, string>>;

export interface FrontendDocument {
  /** By `GET /v1/client/sign_ins/{sign_in_id}`. */
  readonly operations: Readonly<Record<string, FrontendOperation>>;
  readonly schemas: Readonly<Record<string, FrontendSchema>>;
}

let loaded: FrontendDocument | undefined;

/** Read once for the process, on the first request. */
export function frontendDocument(): FrontendDocument {
  return (loaded ??= readDocumentFile('spec/frontend-api.json') as FrontendDocument);
}

/** The type in `Envelope<...>`; null if the answer is bare. */
export const envelopedType = (answer: string): string | null => /^Envelope<(.+)>$/.exec(answer)?.[1] ?? null;

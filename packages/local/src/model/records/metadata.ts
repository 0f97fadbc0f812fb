/** Metadata of users, organizations and memberships. */
import { isRecord } from '../../../../../src/ground/is-record.js';

type Json = Readonly<Record<string, unknown>>;

/** Deep merge as Clerk does it: objects are merged at every level, anything else is replaced, and null deletes the key. */
function mergeMetadata(stored: unknown, patch: Json): Json {
  const merged = new Map(Object.entries(isRecord(stored) ? stored : {}));
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) merged.delete(key);
    else merged.set(key, isRecord(value) ? mergeMetadata(merged.get(key), value) : value);
  }
  // Through entries: a key such as `__proto__` stays data.
  return Object.fromEntries(merged);
}

/** Kinds of metadata as a request names them. */
interface Metadata {
  readonly public_metadata?: Json | null | undefined;
  readonly private_metadata?: Json | null | undefined;
  readonly unsafe_metadata?: Json | null | undefined;
}

/** Kinds of metadata as a row holds them. */
type Kinds = { [Kind in keyof Metadata]?: Record<string, unknown> };

/** The kinds of metadata that a request names, merged into those of the row. */
export function mergedKinds(row: Metadata, body: Metadata): Kinds {
  return Object.fromEntries(kindsIn(body).map((kind) => [kind, mergeMetadata(row[kind], body[kind] ?? {})]));
}

/** The kinds of metadata that a request names, replaced; null means empty. */
export function replacedKinds(body: Metadata): Kinds {
  return Object.fromEntries(kindsIn(body).map((kind) => [kind, body[kind] ?? {}]));
}

const KINDS = ['public_metadata', 'private_metadata', 'unsafe_metadata'] as const;

const kindsIn = (body: Metadata): (keyof Metadata)[] => KINDS.filter((kind) => body[kind] !== undefined);

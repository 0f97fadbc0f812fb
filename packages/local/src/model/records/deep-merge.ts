/** Merging of documents: objects at every level, anything else is replaced. */
import { isRecord } from '../../../../../src/ground/is-record.js';

/** The document with the patch over it. What the patch says `undefined` of stays. */
export function merged<Document>(document: Document, patch: unknown): Document {
  if (patch === undefined) return document;
  if (!isRecord(document) || !isRecord(patch)) return patch as Document;
  const out = new Map<string, unknown>(Object.entries(document));
  for (const [name, value] of Object.entries(patch)) out.set(name, merged(out.get(name), value));
  // Through entries: a key such as `__proto__` stays data.
  return Object.fromEntries(out) as Document;
}

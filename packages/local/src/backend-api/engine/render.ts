/** From a handler's result to the text of the answer: projected through the response schema, then JSON. */
import { LATER_FIELDS } from './operation.js';
import { compileProjection, type Projection } from '../../document/projection.js';
import { specification, type Schema } from '../../document/specification.js';
import type { Page } from '../../model/records/listing.js';

export type Renderer = (value: unknown, paginated: boolean) => string;

/**
 * Lists come in two forms: a bare array where the document says array, unless `paginated=true` asks for the envelope
 * (which the document forgets to describe); an envelope elsewhere.
 */
export function compileRenderer(schema: Schema): Renderer {
  let render: Renderer | undefined;
  return (value, paginated) => (render ??= compile(schema))(value, paginated);
}

function compile(schema: Schema): Renderer {
  const { resolve } = specification();
  const resolved = resolve(schema);
  if (resolved.type === 'array') {
    const list = listRenderer(compileProjection(resolved.items ?? {}));
    return (value, paginated) => {
      if (Array.isArray(value)) return list(value);
      const page = value as Page;
      return paginated ? envelope(list(page.data), page.total_count) : list(page.data);
    };
  }
  const data = resolved.properties?.['data'];
  const items = data && resolve(data).items;
  if (items) {
    const list = listRenderer(compileProjection(items));
    return (value) => envelope(list((value as Page).data), (value as Page).total_count);
  }
  const project = compileProjection(schema);
  return (value) => JSON.stringify(withLaterFields(project(value), value));
}

const envelope = (list: string, total: number): string => `{"data":${list},"total_count":${total}}`;

/**
 * Frozen items are views that a resource keeps until something behind them changes (see model/records/view-cache.ts), so their text is kept too: a page of
 * users that nobody has touched is joined, not rendered.
 */
function listRenderer(project: Projection): (items: readonly unknown[]) => string {
  const kept = new WeakMap<object, string>();
  const text = (item: unknown): string => {
    if (typeof item !== 'object' || item === null || !Object.isFrozen(item)) return JSON.stringify(project(item));
    let known = kept.get(item);
    if (known === undefined) kept.set(item, (known = JSON.stringify(project(item))));
    return known;
  };
  return (items) => `[${items.map(text).join(',')}]`;
}

/** Fields that Clerk answers today and that the document, which is older, does not declare. */
function withLaterFields(projected: unknown, value: unknown): unknown {
  const later =
    typeof value === 'object' && value !== null ? (value as Record<symbol, unknown>)[LATER_FIELDS] : undefined;
  return typeof later === 'object' ? { ...(projected as object), ...later } : projected;
}

/** The generic archetypes: a resource is a row of facts, and these functions do to it what the document says. */
import type { Row, InstanceState } from '../../state/instance-state.js';
import { filterBy, listPage } from './listing.js';
import type { Filters, ListRules, Selection } from './listing.js';
import { bodyOf } from '../../backend-api/engine/operation.js';
import type { Handler, Handlers } from '../../backend-api/engine/operation.js';
import { compileProjection } from '../../document/projection.js';
import { notFound, taken } from './refusals.js';
import type { Page } from '../../backend-api/engine/render.js';

export interface Resource extends ListRules {
  readonly table: string;
  /** `object` of the answer. */
  readonly object: string;
  /** Ids are this, an underscore and 27 characters. */
  readonly idPrefix: string;
  /** Component of the document that describes it. */
  readonly component: string;
  /** First half of its webhook types; none if Clerk sends none. */
  readonly event?: string;
  /** Fields that no two rows may share. */
  readonly unique?: readonly string[];
  readonly filters?: Filters;
  /** What an id in a path may be as well (`slug`, `key`). */
  readonly alias?: string;
}

type Fields = Readonly<Record<string, unknown>>;

const asStored = (row: Row): unknown => row;

/** A resource's facts with the usual ones filled in. */
export function defineResource(
  facts: Omit<Resource, 'sortKeys' | 'view'> & {
    sortKeys?: readonly string[] | Resource['sortKeys'];
    view?: Resource['view'];
  },
): Resource {
  const { sortKeys = {}, view = asStored } = facts;
  const keys = Array.isArray(sortKeys)
    ? Object.fromEntries((sortKeys as string[]).map((key) => [key, true as const]))
    : sortKeys;
  return { ...facts, view, sortKeys: keys as Resource['sortKeys'] };
}

/** @throws ApiError 404 */
export function find(state: InstanceState, resource: Resource, id: string): Row {
  const table = state.table(resource.table);
  const row = table.get(id) ?? (resource.alias === undefined ? undefined : table.by(resource.alias, id)[0]);
  if (!row) throw notFound(resource.object.replaceAll('_', ' '), id);
  return row;
}

/** The same resource with nobody told of its changes. */
export function silent(resource: Resource): Resource {
  const { event: _event, ...rest } = resource;
  return rest;
}

/** A row in the table, with nobody told: creation is `create`. */
export function insert(state: InstanceState, resource: Resource, fields: Fields): Row {
  const now = state.now();
  const id = typeof fields['id'] === 'string' ? fields['id'] : state.id(resource.idPrefix);
  return state
    .table(resource.table)
    .insert({ object: resource.object, created_at: now, updated_at: now, ...fields, id });
}

/** @throws ApiError 422 if a unique field is taken */
export function create(state: InstanceState, resource: Resource, fields: Fields): Row {
  refuseDuplicates(state, resource, fields);
  const row = insert(state, resource, fields);
  publish(state, resource, 'created', row);
  return row;
}

/** @throws ApiError 422 if a unique field is taken */
export function change(state: InstanceState, resource: Resource, id: string, patch: Fields): Row {
  refuseDuplicates(state, resource, patch, id);
  const row = state.table(resource.table).update(id, { ...patch, updated_at: state.now() });
  if (!row) throw notFound(resource.object.replaceAll('_', ' '), id);
  publish(state, resource, 'updated', row);
  return row;
}

/** Gives the deletion's answer. What hangs on the row is the caller's to delete first. */
export function remove(state: InstanceState, resource: Resource, row: Row): Fields {
  state.table(resource.table).delete(row.id);
  const { slug, external_id: externalId } = row;
  const deleted = {
    object: resource.object,
    id: row.id,
    ...(typeof slug === 'string' ? { slug } : {}),
    ...(typeof externalId === 'string' ? { external_id: externalId } : {}),
    deleted: true,
  };
  if (resource.event !== undefined) state.emit(`${resource.event}.deleted`, deleted);
  return deleted;
}

/** Tells the webhooks; what they get is what the API would answer. */
export function publish(state: InstanceState, resource: Resource, what: string, row: Row): void {
  if (resource.event === undefined) return;
  const project = compileProjection({ $ref: `#/components/schemas/${resource.component}` });
  state.emit(`${resource.event}.${what}`, project(resource.view(row, state)) as Fields);
}

function refuseDuplicates(state: InstanceState, resource: Resource, fields: Fields, self?: string): void {
  for (const field of resource.unique ?? []) {
    const value = fields[field];
    if (value === undefined || value === null) continue;
    if (
      state
        .table(resource.table)
        .by(field, value)
        .some((row) => row.id !== self)
    )
      throw taken(field);
  }
}

/** A page of the resource after the filters and order of the query. */
export function list(state: InstanceState, resource: Resource, query: Fields, selection: Selection = {}): Page {
  const filter = resource.filters && filterBy(resource.filters, query, state);
  const { keep } = selection;
  const both = keep && filter ? (row: Row) => keep(row) && filter(row) : (keep ?? filter);
  return listPage(state, state.table(resource.table), resource, query, { ...selection, keep: both });
}

/** The path's last parameter: the id of what the operation is about. */
export function idOf(params: Readonly<Record<string, string>>): string {
  return Object.values(params).at(-1) ?? '';
}

export const listOf =
  (resource: Resource): Handler =>
  (call, state) =>
    list(state, resource, call.query);

export const getOf =
  (resource: Resource): Handler =>
  (call, state) =>
    resource.view(find(state, resource, idOf(call.params)), state);

export const createOf =
  (resource: Resource, fields: (body: Fields, state: InstanceState) => Fields = (body) => body): Handler =>
  (call, state) =>
    resource.view(create(state, resource, fields(bodyOf(call), state)), state);

export const updateOf =
  (resource: Resource, patch: (body: Fields, row: Row, state: InstanceState) => Fields = (body) => body): Handler =>
  (call, state) => {
    const row = find(state, resource, idOf(call.params));
    return resource.view(change(state, resource, row.id, patch(bodyOf(call), row, state)), state);
  };

export const deleteOf =
  (resource: Resource, cascade?: (row: Row, state: InstanceState) => void): Handler =>
  (call, state) => {
    const row = find(state, resource, idOf(call.params));
    cascade?.(row, state);
    return remove(state, resource, row);
  };

/** Joins handlers; two for one operation are a mistake. */
export function join(...parts: readonly Handlers[]): Handlers {
  const joined: Record<string, Handler> = {};
  for (const [id, handler] of parts.flatMap((part) => Object.entries(part))) {
    if (joined[id]) throw new Error(`Two handlers for ${id}`);
    joined[id] = handler;
  }
  return joined;
}

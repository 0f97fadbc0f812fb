/** The generic archetypes: a resource is a row of facts, and these functions do to it what the document says. */
import type { Row, World } from '../instance-state.js';
import { filterBy, listPage } from './listing.js';
import type { Filters, ListRules, Selection } from './listing.js';
import { bodyOf } from './operation.js';
import type { Handler, Handlers } from './operation.js';
import { compileProjection } from './projection.js';
import { notFound, taken } from './refusals.js';
import type { Page } from './render.js';

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
export function find(world: World, resource: Resource, id: string): Row {
  const table = world.table(resource.table);
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
export function insert(world: World, resource: Resource, fields: Fields): Row {
  const now = world.now();
  const id = typeof fields['id'] === 'string' ? fields['id'] : world.id(resource.idPrefix);
  return world
    .table(resource.table)
    .insert({ object: resource.object, created_at: now, updated_at: now, ...fields, id });
}

/** @throws ApiError 422 if a unique field is taken */
export function create(world: World, resource: Resource, fields: Fields): Row {
  refuseDuplicates(world, resource, fields);
  const row = insert(world, resource, fields);
  publish(world, resource, 'created', row);
  return row;
}

/** @throws ApiError 422 if a unique field is taken */
export function change(world: World, resource: Resource, id: string, patch: Fields): Row {
  refuseDuplicates(world, resource, patch, id);
  const row = world.table(resource.table).update(id, { ...patch, updated_at: world.now() });
  if (!row) throw notFound(resource.object.replaceAll('_', ' '), id);
  publish(world, resource, 'updated', row);
  return row;
}

/** Gives the deletion's answer. What hangs on the row is the caller's to delete first. */
export function remove(world: World, resource: Resource, row: Row): Fields {
  world.table(resource.table).delete(row.id);
  const { slug, external_id: externalId } = row;
  const deleted = {
    object: resource.object,
    id: row.id,
    ...(typeof slug === 'string' ? { slug } : {}),
    ...(typeof externalId === 'string' ? { external_id: externalId } : {}),
    deleted: true,
  };
  if (resource.event !== undefined) world.emit(`${resource.event}.deleted`, deleted);
  return deleted;
}

/** Tells the webhooks; what they get is what the API would answer. */
export function publish(world: World, resource: Resource, what: string, row: Row): void {
  if (resource.event === undefined) return;
  const project = compileProjection({ $ref: `#/components/schemas/${resource.component}` });
  world.emit(`${resource.event}.${what}`, project(resource.view(row, world)) as Fields);
}

function refuseDuplicates(world: World, resource: Resource, fields: Fields, self?: string): void {
  for (const field of resource.unique ?? []) {
    const value = fields[field];
    if (value === undefined || value === null) continue;
    if (
      world
        .table(resource.table)
        .by(field, value)
        .some((row) => row.id !== self)
    )
      throw taken(field);
  }
}

/** A page of the resource after the filters and order of the query. */
export function list(world: World, resource: Resource, query: Fields, selection: Selection = {}): Page {
  const filter = resource.filters && filterBy(resource.filters, query, world);
  const { keep } = selection;
  const both = keep && filter ? (row: Row) => keep(row) && filter(row) : (keep ?? filter);
  return listPage(world, world.table(resource.table), resource, query, { ...selection, keep: both });
}

/** The path's last parameter: the id of what the operation is about. */
export function idOf(params: Readonly<Record<string, string>>): string {
  return Object.values(params).at(-1) ?? '';
}

export const listOf =
  (resource: Resource): Handler =>
  (call, world) =>
    list(world, resource, call.query);

export const getOf =
  (resource: Resource): Handler =>
  (call, world) =>
    resource.view(find(world, resource, idOf(call.params)), world);

export const createOf =
  (resource: Resource, fields: (body: Fields, world: World) => Fields = (body) => body): Handler =>
  (call, world) =>
    resource.view(create(world, resource, fields(bodyOf(call), world)), world);

export const updateOf =
  (resource: Resource, patch: (body: Fields, row: Row, world: World) => Fields = (body) => body): Handler =>
  (call, world) => {
    const row = find(world, resource, idOf(call.params));
    return resource.view(change(world, resource, row.id, patch(bodyOf(call), row, world)), world);
  };

export const deleteOf =
  (resource: Resource, cascade?: (row: Row, world: World) => void): Handler =>
  (call, world) => {
    const row = find(world, resource, idOf(call.params));
    cascade?.(row, world);
    return remove(world, resource, row);
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

/** Resources: the declaration of each kind of object of the API, and the operations that all of them share (find, create, change, remove, list). */
import { compileProjection } from '../../document/projection.js';
import type { Draft, InstanceState, Row, Table } from '../../state/instance-state.js';
import type { Fields, TableName, TableRows } from '../../state/rows.js';
import { filterBy, listPage, type Filters, type ListRules, type Page, type Selection } from './listing.js';
import type { RefusalCode } from './refusal-table.js';
import { notFound, taken } from './refusals.js';

export interface Resource<R extends Row = Row> extends ListRules<R> {
  readonly table: string;
  readonly tableIn: (state: InstanceState) => Table<R>;
  /** `object` of the answer. */
  readonly object: string;
  /** Ids are this, an underscore and 27 characters. */
  readonly idPrefix: string;
  /** Component of the document that describes it. */
  readonly component: string;
  /** The code for an unknown id; default `resource_not_found`. */
  readonly notFound?: RefusalCode;
  /** First half of its webhook types; none if Clerk sends none. */
  readonly event?: string;
  /** Fields that no two rows may share. */
  readonly unique?: readonly (keyof R & string)[];
  readonly filters?: Filters<R>;
  /** What an id in a path may be as well (`slug`, `key`). */
  readonly alias?: keyof R & string;
  /** What goes with a row that is removed; see cascade.ts. */
  readonly cascade?: readonly ((state: InstanceState, row: R) => void)[];
}

type Facts<R extends Row> = Omit<Resource<R>, 'sortKeys' | 'view' | 'table' | 'tableIn'> & {
  readonly sortKeys?: readonly string[] | Resource<R>['sortKeys'];
  readonly view?: Resource<R>['view'];
};

/** Declares the resource whose rows a table holds, and fills in defaults. */
export function defineResource<Name extends TableName>(
  table: Name,
  facts: Facts<TableRows[Name]>,
): Resource<TableRows[Name]> {
  const { sortKeys = {}, view = (row: TableRows[Name]): Fields => row } = facts;
  const keys = isList(sortKeys) ? Object.fromEntries(sortKeys.map((key) => [key, true as const])) : sortKeys;
  return { ...facts, table, tableIn: (state) => state.table(table), view, sortKeys: keys };
}

const isList = (keys: readonly string[] | object): keys is readonly string[] => Array.isArray(keys);

/** @throws ApiError 404 */
export function find<R extends Row>(state: InstanceState, resource: Resource<R>, id: string): R {
  const table = resource.tableIn(state);
  const row = table.get(id) ?? (resource.alias === undefined ? undefined : table.by(resource.alias, id)[0]);
  if (!row) throw notFound(nameOf(resource), id, undefined, resource.notFound);
  return row;
}

const nameOf = ({ object }: { readonly object: string }): string => object.replaceAll('_', ' ');

/** The same resource without webhooks. */
export function silent<R extends Row>(resource: Resource<R>): Resource<R> {
  const { event: _event, ...rest } = resource;
  return rest;
}

/** Puts a row into the table; no webhook tells of it. */
export function insert<R extends Row>(state: InstanceState, resource: Resource<R>, fields: Draft<R>): R {
  const now = state.now();
  const row = { object: resource.object, created_at: now, updated_at: now, ...fields };
  return resource.tableIn(state).insert({ ...row, id: fields.id ?? state.id(resource.idPrefix) });
}

/** @throws ApiError 422 if a unique field is taken */
export function create<R extends Row>(state: InstanceState, resource: Resource<R>, fields: Draft<R>): R {
  refuseDuplicates(state, resource, fields);
  const row = insert(state, resource, fields);
  publish(state, resource, 'created', row);
  return row;
}

/** @throws ApiError 422 if a unique field is taken */
export function change<R extends Row>(state: InstanceState, resource: Resource<R>, id: string, patch: Draft<R>): R {
  refuseDuplicates(state, resource, patch, id);
  const row = resource.tableIn(state).update(id, { ...patch, updated_at: state.now() });
  if (!row) throw notFound(nameOf(resource), id, undefined, resource.notFound);
  publish(state, resource, 'updated', row);
  return row;
}

/** Removes the row and what its resource's cascades name. Gives the deletion's answer. */
export function remove<R extends Row>(state: InstanceState, resource: Resource<R>, row: R): Fields {
  for (const cascade of resource.cascade ?? []) cascade(state, row);
  resource.tableIn(state).delete(row.id);
  const { slug, external_id: externalId }: Row = row;
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

/** Reports an event to the webhooks. Its data is what the API would answer, and `more`. */
export function publish<R extends Row>(
  state: InstanceState,
  resource: Resource<R>,
  action: string,
  row: R,
  more: Fields = {},
): void {
  if (resource.event === undefined) return;
  state.emit(`${resource.event}.${action}`, { ...shown(state, resource, row), ...more });
}

/** The row as the API would answer it: the view, with only the fields that the document declares. */
export function shown<R extends Row>(state: InstanceState, resource: Resource<R>, row: R): Fields {
  return compileProjection({ $ref: `#/components/schemas/${resource.component}` })(resource.view(row, state)) as Fields;
}

/** @throws ApiError 422 if another row has a value that must be unique */
export function refuseDuplicates<R extends Row>(
  state: InstanceState,
  resource: Resource<R>,
  fields: Draft<R>,
  self?: string,
): void {
  for (const field of resource.unique ?? []) {
    const value = fields[field];
    if (value === undefined || value === null) continue;
    const holders = resource.tableIn(state).by(field, value);
    if (holders.some((row) => row.id !== self)) throw taken(field);
  }
}

/** A page of the resource after the filters and order of the query. */
export function list<R extends Row>(
  state: InstanceState,
  resource: Resource<R>,
  query: Fields,
  selection: Selection<R> = {},
): Page {
  const filter = resource.filters && filterBy(resource.filters, query, state);
  const { keep } = selection;
  const both = keep && filter ? (row: R) => keep(row) && filter(row) : (keep ?? filter);
  return listPage(state, resource.tableIn(state), resource, query, { ...selection, keep: both });
}

/** Order, filters and pages, which all lists share. */
import { lookUp } from '../../ground/look-up.js';
import type { InstanceState, Row, Table } from '../../state/instance-state.js';
import type { Fields } from '../../state/rows.js';
import { invalidValue } from './refusals.js';

/** A page of a list. An answer shows it with or without the envelope. */
export interface Page {
  readonly data: readonly unknown[];
  readonly total_count: number;
}

/** The orders of a list by name: `true` for a field of the row, a function for a computed value. */
type SortKeys<R> = Readonly<Record<string, true | ((row: R, state: InstanceState) => unknown)>>;

export interface PageQuery {
  readonly order_by?: unknown;
  readonly offset?: unknown;
  readonly limit?: unknown;
  /** Id of the last item of the page before; instead of an offset. */
  readonly starting_after?: unknown;
}

export interface ListRules<R> {
  readonly sortKeys: SortKeys<R>;
  readonly view: (row: R, state: InstanceState) => Fields;
}

export interface Selection<R> {
  /** Only these rows, oldest first; by default the whole table. */
  readonly rows?: readonly R[];
  readonly keep?: ((row: R) => boolean) | undefined;
}

/** Rows of a table in one order, kept until the table changes: a page of 10,000 users is a slice. */
const kept = new WeakMap<object, { readonly version: number; readonly orders: Map<string, readonly Row[]> }>();

/**
 * One page, in the order that `order_by` asks for (`-created_at`, newest first, by default).
 *
 * @throws ApiError 422 for an unknown order, and for a cursor with an order or an offset that it cannot have
 */
export function listPage<R extends Row>(
  state: InstanceState,
  table: Table<R>,
  rules: ListRules<R>,
  query: PageQuery,
  selection: Selection<R> = {},
): Page {
  const order = typeof query.order_by === 'string' ? query.order_by : '-created_at';
  const all = ordered(state, table, rules.sortKeys, order, selection.rows);
  const rows = selection.keep ? all.filter(selection.keep) : all;
  const view = (row: R) => rules.view(row, state);
  if (typeof query.starting_after !== 'string') return pageOf(rows, query, view);
  const following = new Set(followers(all, query.starting_after, order, query.offset));
  const { data } = pageOf(
    rows.filter((row) => following.has(row)),
    query,
    view,
  );
  return { data, total_count: rows.length };
}

/** The rows after a cursor: an order that is neither unique nor fixed would skip or repeat some. @throws ApiError 422 */
function followers<R extends Row>(rows: readonly R[], cursor: string, order: string, offset: unknown): readonly R[] {
  if (!/^[+\- ]?created_at$/.test(order)) throw invalidValue('order_by', 'must be created_at with starting_after');
  if (typeof offset === 'number' && offset > 0) throw invalidValue('offset', 'cannot be combined with starting_after');
  const at = rows.findIndex((row) => row.id === cursor);
  if (at < 0) throw invalidValue('starting_after', 'must be the id of an item of the list');
  return rows.slice(at + 1);
}

/** The part of the rows that `limit` and `offset` ask for. */
export function pageOf<R>(
  rows: readonly R[],
  query: { readonly offset?: unknown; readonly limit?: unknown },
  view: (row: R) => unknown,
): Page {
  const offset = typeof query.offset === 'number' ? query.offset : 0;
  const limit = typeof query.limit === 'number' ? query.limit : rows.length;
  return { data: rows.slice(offset, offset + limit).map(view), total_count: rows.length };
}

function ordered<R extends Row>(
  state: InstanceState,
  table: Table<R>,
  sortKeys: SortKeys<R>,
  order: string,
  rows?: readonly R[],
): readonly R[] {
  // A plus sign in a query is a space by the time it is read.
  const [, sign = '', name = ''] = /^([+\- ]?)(\w+)$/.exec(order) ?? [];
  const key = lookUp(sortKeys, name) ?? (name === 'created_at' ? true : undefined);
  if (key === undefined)
    throw invalidValue('order_by', `must be one of ${['created_at', ...Object.keys(sortKeys)].join(', ')}`);
  const descending = sign === '-';
  const valueOf = key === true ? (row: Row) => row[name] : (row: R) => key(row, state);
  if (rows) return sort(rows, valueOf, descending);
  // What is worked out may depend on other tables, so it is not kept.
  if (key !== true) return sort(table.rows(), valueOf, descending);
  const orders = ordersOf<R>(table);
  let found = orders.get(order);
  if (!found) orders.set(order, (found = sort(table.rows(), valueOf, descending)));
  return found;
}

function ordersOf<R extends Row>(table: Table<R>): Map<string, readonly R[]> {
  const { version } = table;
  let entry = kept.get(table);
  if (entry?.version !== version) kept.set(table, (entry = { version, orders: new Map() }));
  return entry.orders as Map<string, readonly R[]>;
}

/** Rows of the same value stay in order of insertion, or in the opposite one when descending: newest first is total. */
function sort<R>(rows: readonly R[], valueOf: (row: R) => unknown, descending: boolean): readonly R[] {
  const sorted = rows.map((row) => ({ row, value: valueOf(row) })).sort((a, b) => compare(a.value, b.value));
  if (descending) sorted.reverse();
  return sorted.map(({ row }) => row);
}

/** Absent values last. */
function compare(a: unknown, b: unknown): number {
  if (a === b) return 0;
  if (a === null || a === undefined) return b === null || b === undefined ? 0 : 1;
  if (b === null || b === undefined) return -1;
  return (a as string | number) < (b as string | number) ? -1 : 1;
}

/** For each query parameter: whether a row passes, given the parameter's value. */
export type Filters<R> = Readonly<Record<string, (row: R, value: never, state: InstanceState) => boolean>>;

/** All filters that the query names, joined; undefined if it names none. */
export function filterBy<R>(filters: Filters<R>, query: Fields, state: InstanceState): Selection<R>['keep'] {
  const tests = Object.entries(filters).flatMap(([name, test]) => {
    const value = query[name];
    return value === undefined || value === '' ? [] : [(row: R) => test(row, value as never, state)];
  });
  if (tests.length === 0) return undefined;
  return (row) => tests.every((test) => test(row));
}

/** A filter for one value. */
export const equals =
  <Name extends string>(field: Name) =>
  (row: { readonly [Key in Name]?: unknown }, value: unknown): boolean =>
    row[field] === value;

/** A filter for rows of which one field contains the text, in any case. */
export const contains =
  <Name extends string>(...fields: readonly Name[]) =>
  (row: { readonly [Key in Name]?: unknown }, text: string): boolean =>
    fields.some((field) => includesText(row[field], text));

export function includesText(value: unknown, text: string): boolean {
  return typeof value === 'string' && value.toLowerCase().includes(text.toLowerCase());
}

/** Whether an object passes a filter of signed values: `+id` and `id` include, `-id` excludes. Without an inclusion, everything else is included. */
export function matchesSigned(values: readonly string[], has: (value: string) => boolean): boolean {
  const excluded = values.filter((value) => value.startsWith('-')).map((value) => value.slice(1));
  const wanted = values.filter((value) => !value.startsWith('-')).map((value) => value.replace(/^[+ ]/, ''));
  return !excluded.some(has) && (wanted.length === 0 || wanted.some(has));
}

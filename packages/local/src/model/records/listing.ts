/** Order, filters and pages of any list. */
import type { Row, Table, InstanceState } from '../../state/instance-state.js';
import { invalidValue } from './refusals.js';
import type { Page } from '../../backend-api/engine/render.js';
import { lookUp } from '../../shared/look-up.js';

/** What a list is ordered by: a field of the row, or something worked out of it. */
type SortKeys = Readonly<Record<string, true | ((row: Row, state: InstanceState) => unknown)>>;

export interface ListRules {
  readonly sortKeys: SortKeys;
  readonly view: (row: Row, state: InstanceState) => unknown;
}

export interface Selection {
  /** Only these rows, oldest first; by default the whole table. */
  readonly rows?: readonly Row[];
  readonly keep?: ((row: Row) => boolean) | undefined;
}

/** Rows of a table in one order, kept until the table changes: a page of 10,000 users is a slice. */
const kept = new WeakMap<Table, { readonly version: number; readonly orders: Map<string, readonly Row[]> }>();

/** One page, in the order that `order_by` asks for (`-created_at`, newest first, by default). */
export function listPage(
  state: InstanceState,
  table: Table,
  rules: ListRules,
  query: Readonly<Record<string, unknown>>,
  selection: Selection = {},
): Page {
  const order = typeof query['order_by'] === 'string' ? query['order_by'] : '-created_at';
  const all = ordered(state, table, rules.sortKeys, order, selection.rows);
  const rows = selection.keep ? all.filter(selection.keep) : all;
  const offset = typeof query['offset'] === 'number' ? query['offset'] : 0;
  const limit = typeof query['limit'] === 'number' ? query['limit'] : rows.length;
  const data = rows.slice(offset, offset + limit).map((row) => rules.view(row, state));
  return { data, total_count: rows.length };
}

function ordered(
  state: InstanceState,
  table: Table,
  sortKeys: SortKeys,
  order: string,
  rows?: readonly Row[],
): readonly Row[] {
  // A plus sign in a query is a space by the time it is read.
  const [, sign = '', name = ''] = /^([+\- ]?)(\w+)$/.exec(order) ?? [];
  const key = lookUp(sortKeys, name) ?? (name === 'created_at' ? true : undefined);
  if (key === undefined)
    throw invalidValue('order_by', `must be one of ${['created_at', ...Object.keys(sortKeys)].join(', ')}`);
  const descending = sign === '-';
  const valueOf = key === true ? (row: Row) => row[name] : (row: Row) => key(row, state);
  if (rows) return sort(rows, valueOf, descending);
  // What is worked out may depend on other tables, so it is not kept.
  if (key !== true) return sort([...table.all()], valueOf, descending);
  const orders = ordersOf(table);
  let found = orders.get(order);
  if (!found) orders.set(order, (found = sort([...table.all()], valueOf, descending)));
  return found;
}

function ordersOf(table: Table): Map<string, readonly Row[]> {
  const { version } = table;
  let entry = kept.get(table);
  if (entry?.version !== version) kept.set(table, (entry = { version, orders: new Map() }));
  return entry.orders;
}

/** Rows of the same value stay in order of insertion, or in the opposite one when descending: newest first is total. */
function sort(rows: readonly Row[], valueOf: (row: Row) => unknown, descending: boolean): readonly Row[] {
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

/** By query parameter: does the row pass, given the value? */
export type Filters = Readonly<Record<string, (row: Row, value: never, state: InstanceState) => boolean>>;

/** All filters that the query names, joined; undefined if it names none. */
export function filterBy(
  filters: Filters,
  query: Readonly<Record<string, unknown>>,
  state: InstanceState,
): Selection['keep'] {
  const tests = Object.entries(filters).flatMap(([name, test]) => {
    const value = query[name];
    return value === undefined || value === '' ? [] : [(row: Row) => test(row, value as never, state)];
  });
  if (tests.length === 0) return undefined;
  return (row) => tests.every((test) => test(row));
}

/** A filter for one value. */
export const equals =
  (field: string) =>
  (row: Row, value: unknown): boolean =>
    row[field] === value;

/** Does any of the fields contain the text, whatever its case? */
export const contains =
  (...fields: readonly string[]) =>
  (row: Row, text: string): boolean =>
    fields.some((field) => includesText(row[field], text));

export function includesText(value: unknown, text: string): boolean {
  return typeof value === 'string' && value.toLowerCase().includes(text.toLowerCase());
}

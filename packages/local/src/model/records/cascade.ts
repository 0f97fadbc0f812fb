/** What goes with a row that is removed. A resource declares its cascades, and `remove` carries them out, in their order. */
import type { InstanceState, Row } from '../../state/instance-state.js';
import type { TableName, TableRows } from '../../state/rows.js';
import { remove, type Resource } from './resource.js';

/** Called while the row is still there. */
export type Cascade<R> = (state: InstanceState, row: R) => void;

/** Rows of a table whose field names the removed row are deleted, and nobody is told. */
export function deletes<Name extends TableName>(
  table: Name,
  field: keyof TableRows[Name] & string,
  by?: string,
): Cascade<{ id: string }> {
  return (state, row) => {
    for (const { id } of state.table(table).by(field, valueOf(row, by))) state.table(table).delete(id);
  };
}

/** Rows of another resource whose field names the removed row are removed, with their own cascades and webhooks. */
export function removes<R extends Row>(resource: () => Resource<R>, field: keyof R & string): Cascade<{ id: string }> {
  return (state, row) => {
    for (const other of resource().tableIn(state).by(field, row.id)) remove(state, resource(), other);
  };
}

const valueOf = (row: Readonly<Record<string, unknown>>, by = 'id'): unknown => row[by];

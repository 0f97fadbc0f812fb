/** A cache of views that read several tables; it is valid until one of these tables changes. */
import type { InstanceState, Table } from '../../state/instance-state.js';
import type { Fields, TableName, TableRows } from '../../state/rows.js';

type View<R> = (row: R, state: InstanceState) => Fields;

/**
 * A view function that computes the view of a row once, until a table that it reads changes. The views are frozen, so that the renderer caches their
 * text as well: a page of users then costs as little with 10,000 users as with 10.
 */
export function keepViews<Own extends TableName>(
  own: Own,
  others: readonly TableName[],
  view: View<TableRows[Own]>,
): View<TableRows[Own]> {
  // One cache for each table: forked states share rows, but their other tables may differ.
  const kept = new WeakMap<object, Kept>();
  return (row, state) => {
    const table = state.table(own);
    let entry = kept.get(table);
    if (!entry || entry.sources.some((source, index) => source.version !== entry?.versions[index])) {
      const sources = entry?.sources ?? [own, ...others].map((name) => state.table(name));
      entry = { sources, versions: sources.map((source) => source.version), views: new WeakMap() };
      kept.set(table, entry);
    }
    let found = entry.views.get(row);
    if (!found) entry.views.set(row, (found = Object.freeze(view(row, state))));
    return found;
  };
}

interface Kept {
  readonly sources: readonly Pick<Table, 'version'>[];
  readonly versions: readonly number[];
  readonly views: WeakMap<object, Fields>;
}

/** Views that are put together from several tables, kept until one of these tables changes. */
import type { InstanceState, Table } from '../../state/instance-state.js';
import type { Fields, TableName, TableRows } from '../../state/rows.js';

type View<R> = (row: R, state: InstanceState) => Fields;

/**
 * A view function that works out a row's view once per state of the tables it reads. The views are frozen, so that the renderer
 * keeps their text as well: this is what makes a page of users as cheap with 10,000 of them as with 10.
 */
export function keepViews<Own extends TableName>(
  own: Own,
  others: readonly TableName[],
  view: View<TableRows[Own]>,
): View<TableRows[Own]> {
  // By table first: states forked from one another share rows, but not what their other tables say.
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

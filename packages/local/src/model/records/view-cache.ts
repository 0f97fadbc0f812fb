/** Views that are put together from several tables, kept until one of these tables changes. */
import type { Row, Table, InstanceState } from '../../state/instance-state.js';

/**
 * A view function that works out a row's view once per state of the tables it reads. The views are frozen, so that the renderer
 * keeps their text as well: this is what makes a page of users as cheap with 10,000 of them as with 10.
 */
export function keepViews(
  tables: readonly [string, ...string[]],
  view: (row: Row, state: InstanceState) => Readonly<Record<string, unknown>>,
): (row: Row, state: InstanceState) => Readonly<Record<string, unknown>> {
  // By table first: states forked from one another share rows, but not what their other tables say.
  const kept = new WeakMap<Table, Kept>();
  return (row, state) => {
    const own = state.table(tables[0]);
    let entry = kept.get(own);
    if (!entry || entry.sources.some((table, index) => table.version !== entry?.versions[index])) {
      const sources = entry?.sources ?? tables.map((name) => state.table(name));
      entry = { sources, versions: sources.map((table) => table.version), views: new WeakMap() };
      kept.set(own, entry);
    }
    let found = entry.views.get(row);
    if (!found) entry.views.set(row, (found = Object.freeze(view(row, state))));
    return found;
  };
}

interface Kept {
  readonly sources: readonly Table[];
  readonly versions: readonly number[];
  readonly views: WeakMap<Row, Readonly<Record<string, unknown>>>;
}

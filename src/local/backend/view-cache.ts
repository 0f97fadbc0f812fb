/** Views that are put together from several tables, kept until one of these tables changes. */
import type { Row, Table, World } from '../world.js';

/**
 * A view function that works out a row's view once per state of the tables it reads. The views are frozen, so that the renderer
 * keeps their text as well: this is what makes a page of users as cheap with 10,000 of them as with 10.
 */
export function keepViews(
  tables: readonly [string, ...string[]],
  view: (row: Row, world: World) => Readonly<Record<string, unknown>>,
): (row: Row, world: World) => Readonly<Record<string, unknown>> {
  // By table first: worlds forked from one another share rows, but not what their other tables say.
  const kept = new WeakMap<Table, WeakMap<Row, Kept>>();
  return (row, world) => {
    const sources = tables.map((name) => world.table(name));
    const [own] = sources as [Table, ...Table[]];
    let views = kept.get(own);
    if (!views) kept.set(own, (views = new WeakMap()));
    const entry = views.get(row);
    if (entry && sources.every((table, index) => table.version === entry.versions[index])) return entry.view;
    const made = Object.freeze(view(row, world));
    views.set(row, { versions: sources.map((table) => table.version), view: made });
    return made;
  };
}

interface Kept {
  readonly versions: readonly number[];
  readonly view: Readonly<Record<string, unknown>>;
}

import type { Draft, InstanceState, Row, Table } from './instance-state.js';

/** All rows of an instance by table name, oldest first: what a snapshot holds. */
export type TablesDump = Readonly<Record<string, readonly Row[]>>;

/** The rows of all tables at one time; cheap, because rows never change in place. */
export interface TablesCheckpoint {
  readonly tables: ReadonlyMap<string, ReadonlyMap<string, Row>>;
}

export interface Tables {
  readonly table: InstanceState['table'];
  /** Grows with every write to any table. */
  readonly version: number;
  checkpoint(): TablesCheckpoint;
  /** Takes time by the number of tables, not of rows. */
  restore(checkpoint: TablesCheckpoint): void;
  dump(): TablesDump;
  load(dump: TablesDump): void;
}

/** @param onWrite called after every write */
export function createTables(onWrite?: () => void): Tables {
  const stores = new Map<string, Store>();
  let version = 0;
  const written = (): void => {
    version++;
    onWrite?.();
  };
  const store = (name: string): Store => {
    let found = stores.get(name);
    if (found === undefined) stores.set(name, (found = new Store(written)));
    return found;
  };

  return {
    // The types of the rows are promises about what is stored under a name; the store itself knows none of them.
    table: store,
    get version() {
      return version;
    },
    checkpoint: () => ({ tables: new Map([...stores].map(([name, held]) => [name, held.share()])) }),
    restore({ tables }) {
      for (const [name, held] of stores) held.replace(tables.get(name) ?? new Map());
      for (const [name, rows] of tables) if (!stores.has(name)) store(name).replace(rows);
      written();
    },
    dump: () =>
      Object.fromEntries([...stores].filter(([, held]) => held.size > 0).map(([name, held]) => [name, held.rows()])),
    load(dump) {
      for (const held of stores.values()) held.replace(new Map());
      for (const [name, rows] of Object.entries(dump))
        store(name).replace(new Map(rows.map((row) => [row.id, freezeCopy(row)])));
      written();
    },
  };
}

/** Rows are frozen copies: nobody outside can change what is stored, and a checkpoint of the whole instance needs to copy nothing. */
class Store implements Table {
  #rows: Map<string, Row> = new Map();
  /** The map belongs to a checkpoint as well: copy it before the next write. */
  #shared = false;
  #list: readonly Row[] | null = null;
  readonly #indexes = new Map<string, Map<unknown, Set<string>>>();
  readonly #onWrite: () => void;
  version = 0;

  constructor(onWrite: () => void) {
    this.#onWrite = onWrite;
  }

  get size(): number {
    return this.#rows.size;
  }

  get(id: string | null | undefined): Row | undefined {
    return id === null || id === undefined ? undefined : this.#rows.get(id);
  }

  insert(row: Draft<Row> & { readonly id: string }): Row {
    if (this.#rows.has(row.id)) throw new Error(`There is a row ${row.id} already.`);
    return this.#write(row.id, undefined, freezeCopy(row));
  }

  update(id: string, patch: Draft<Row>): Row | undefined {
    const before = this.#rows.get(id);
    return before && this.#write(id, before, freezeCopy({ ...before, ...patch, id }));
  }

  delete(id: string): Row | undefined {
    const before = this.#rows.get(id);
    if (before !== undefined) this.#write(id, before, undefined);
    return before;
  }

  rows(): readonly Row[] {
    return (this.#list ??= [...this.#rows.values()]);
  }

  by(field: string, value: unknown): Row[] {
    const ids = this.#index(field).get(value);
    return ids === undefined ? [] : Array.from(ids, (id) => this.#rows.get(id) as Row);
  }

  share(): ReadonlyMap<string, Row> {
    this.#shared = true;
    return this.#rows;
  }

  replace(rows: ReadonlyMap<string, Row>): void {
    if (rows === this.#rows) return;
    this.#rows = rows as Map<string, Row>;
    this.#shared = true;
    this.#list = null;
    this.#indexes.clear();
    this.version++;
  }

  #write<After extends Row | undefined>(id: string, before: Row | undefined, after: After): After {
    if (this.#shared) {
      this.#rows = new Map(this.#rows);
      this.#shared = false;
    }
    if (after === undefined) this.#rows.delete(id);
    else this.#rows.set(id, after);
    for (const [field, index] of this.#indexes) {
      if (before !== undefined && before[field] !== after?.[field]) removeFromIndex(index, before[field], id);
      if (after !== undefined) addToIndex(index, after[field], id);
    }
    this.#list = null;
    this.version++;
    this.#onWrite();
    return after;
  }

  #index(field: string): Map<unknown, Set<string>> {
    let index = this.#indexes.get(field);
    if (index === undefined) {
      index = new Map();
      for (const row of this.#rows.values()) addToIndex(index, row[field], row.id);
      this.#indexes.set(field, index);
    }
    return index;
  }
}

function addToIndex(index: Map<unknown, Set<string>>, value: unknown, id: string): void {
  const ids = index.get(value);
  if (ids === undefined) index.set(value, new Set([id]));
  else ids.add(id);
}

/** Values without rows leave the index: most are ids of other rows, so that the index would grow without end. */
function removeFromIndex(index: Map<unknown, Set<string>>, value: unknown, id: string): void {
  const ids = index.get(value);
  ids?.delete(id);
  if (ids?.size === 0) index.delete(value);
}

/** A frozen copy of plain JSON without its undefined members; a frozen object is taken as it is. */
function freezeCopy<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  if (Array.isArray(value)) return Object.freeze(value.map(freezeCopy)) as T;
  const copy: Record<string, unknown> = {};
  for (const [key, member] of Object.entries(value)) {
    if (member === undefined) continue;
    // Assigned, this key would become the prototype: metadata is whatever JSON somebody sends.
    if (key === '__proto__') Object.defineProperty(copy, key, { value: freezeCopy(member), enumerable: true });
    else copy[key] = freezeCopy(member);
  }
  return Object.freeze(copy) as T;
}

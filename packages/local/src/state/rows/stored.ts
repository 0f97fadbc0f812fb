/** How the type of a row comes from what the document shows. Types only. */

/** Plain JSON as somebody chose it. */
export type Fields = Readonly<Record<string, unknown>>;

/** Rows are frozen through and through: their lists too. */
export type Frozen<Value> = Value extends readonly (infer Item)[] ? readonly Item[] : Value;

/** Also of a union, each member on its own. */
export type Without<Shown, Names extends PropertyKey> = Shown extends unknown ? Omit<Shown, Names> : never;

/** What the document shows, but for what is worked out; `Own` are fields that the instance keeps beside it, or keeps in another form. */
export type Stored<Shown, Own = unknown, WorkedOut extends PropertyKey = never> = {
  [Name in keyof Without<Shown, WorkedOut | keyof Own | 'id'>]: Frozen<
    Without<Shown, WorkedOut | keyof Own | 'id'>[Name]
  >;
} & Own & { id: string };

export type Times = { created_at: number; updated_at: number };

/** A row without a resource in the document. */
export type Kept<Own> = Own & { id: string };

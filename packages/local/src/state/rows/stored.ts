/** How the type of a row follows from the type of a resource in the document. Types only. */

/** A JSON object. */
export type Fields = Readonly<Record<string, unknown>>;

/** Rows are deeply frozen, so their lists are read-only. */
export type Frozen<Value> = Value extends readonly (infer Item)[] ? readonly Item[] : Value;

/** `Omit` that treats each member of a union by itself. */
export type Without<Shown, Names extends PropertyKey> = Shown extends unknown ? Omit<Shown, Names> : never;

/** The row of a resource: `Shown` is its type in the document, `Computed` names fields that its view computes, `Local` has fields that only the instance keeps, or keeps in another form. */
export type ResourceRow<Shown, Local = unknown, Computed extends PropertyKey = never> = {
  [Name in keyof Without<Shown, Computed | keyof Local | 'id'>]: Frozen<
    Without<Shown, Computed | keyof Local | 'id'>[Name]
  >;
} & Local & { id: string };

export type Times = { created_at: number; updated_at: number };

/** A row without a resource in the document. */
export type InternalRow<Local> = Local & { id: string };

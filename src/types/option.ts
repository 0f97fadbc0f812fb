/** What may stand for an option: `null` and `undefined` mean "not given", so that its variable or its default counts. */
export type Option<T> = T | null | undefined;

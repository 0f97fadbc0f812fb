import type { Fields } from '../../state/rows.js';

/** The fields that are neither null nor undefined. */
export const presentFields = (fields: object): Fields =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null && value !== undefined));

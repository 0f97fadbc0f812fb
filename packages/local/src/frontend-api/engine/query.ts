/** What the query of a list says. */
import type { ActionCall } from './action.js';

const DEFAULT_LIMIT = 10;
const MAX_LIMIT = 500;

type Asked = Pick<ActionCall, 'request'>;

/** A parameter that may come several times; empty if it did not come. */
export const valuesIn = ({ request }: Asked, name: string): string[] =>
  request.query.getAll(name).filter((value) => value !== '');

/** Whether a filter lets the text through: one that names nothing lets all. */
export const isOneOf = (wanted: readonly string[], text: string): boolean =>
  wanted.length === 0 || wanted.includes(text);

/** The part of a list that is asked for. What is no such number counts as absent. */
export function pageIn(call: Asked): { readonly limit: number; readonly offset: number } {
  const limit = wholeIn(call, 'limit');
  return {
    limit: limit === undefined || limit === 0 ? DEFAULT_LIMIT : Math.min(limit, MAX_LIMIT),
    offset: wholeIn(call, 'offset') ?? 0,
  };
}

function wholeIn({ request }: Asked, name: string): number | undefined {
  const text = request.query.get(name) ?? '';
  return /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}

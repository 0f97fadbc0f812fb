/** Dated versions of the API: by header or, in browser redirects, by query. */
import { API_VERSION_DATE } from '../../../../src/ground/api-version.js';
import type { LocalRequest } from './messages.js';

const VERSIONS = ['2021-02-05', '2024-10-01', '2025-03-12', '2025-04-10', API_VERSION_DATE, '2026-05-12'] as const;

export type ApiVersion = (typeof VERSIONS)[number];

/** For requests that name none. */
const DEFAULT: ApiVersion = API_VERSION_DATE;

/** Null: no version of Clerk's, or one in header and query at once. */
export function apiVersionOf({ headers, query }: LocalRequest): ApiVersion | null {
  const named = [headers['clerk-api-version'], ...query.getAll('__clerk_api_version')].filter(
    (text) => text !== undefined,
  );
  if (named.length > 1) return null;
  return named[0] === undefined ? DEFAULT : (VERSIONS.find((version) => version === named[0]) ?? null);
}

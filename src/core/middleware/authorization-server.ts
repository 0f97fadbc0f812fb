/**
 * OAuth 2.0 Authorization Server Metadata (RFC 8414), handed on from the instance. Clients of older MCP drafts look for it at the
 * resource server, before they know RFC 9728.
 */
import type { Environment } from '../../environment.js';
import { ConfigurationError } from '../../errors.js';
import { isRecord } from '../../ground/is-record.js';
import { checkOptionNames, type OptionNames } from '../../ground/option-names.js';
import { DEFAULT_RETRY_AFTER_MS, retryAfterSeconds } from '../../ground/retry-after.js';
import type { Fetch } from '../../ports.js';
import type { Option } from '../../types.js';
import { fetchPublicDocument } from '../backend-api/public-document.js';
import { callable } from '../config/checks.js';
import { createSingleFlight, WAITER_DEADLINE_MS } from '../../verify/single-flight.js';
import { resolveConfig } from '../config/resolve.js';
import { errorBody } from '../guards/challenge.js';
import { targetOf } from '../proxy/proxied-path.js';
import { CACHE_SECONDS, CORS, foundMetadata, JSON_TYPE, PREFLIGHT, type MetadataAnswer } from './resource-metadata.js';

/** RFC 8414, section 3. A client may put the path of what it takes for the issuer behind it. */
const WELL_KNOWN = '/.well-known/oauth-authorization-server';

export interface AuthorizationServerOptions {
  /** CLERK_PUBLISHABLE_KEY: its Frontend API is the authorization server. */
  readonly publishableKey?: Option<string>;
  /** The issuer, where it is another: an absolute URL. */
  readonly authorizationServer?: Option<string>;
  readonly fetch?: Option<Fetch>;
}

const NAMES: OptionNames<AuthorizationServerOptions> = { publishableKey: true, authorizationServer: true, fetch: true };

/**
 * @returns the answer for a method and a URL (or a request target); null where the path is another, or the method not one that reads. The
 *   document is asked for once an hour; 503 while it cannot be had
 * @throws {ConfigurationError} when no authorization server is known, or for a misspelt option
 */
export function createAuthorizationServerMetadata(
  options: AuthorizationServerOptions = {},
  env?: Environment,
): (method: string, url: string) => Promise<MetadataAnswer> | null {
  checkOptionNames(options, NAMES);
  const address = issuerOf(options, env).replace(/\/+$/, '') + WELL_KNOWN;
  const ask = callable<Fetch>({ option: 'fetch' }, options.fetch ?? ((...given: Parameters<Fetch>) => fetch(...given)));
  // Only what has come is kept. In Workers, a promise may end with the request that made it, and everybody would wait for it.
  const flights = createSingleFlight<MetadataAnswer>(WAITER_DEADLINE_MS, Date.now);
  let kept: { readonly answer: MetadataAnswer; readonly until: number } | null = null;

  async function load(): Promise<MetadataAnswer> {
    const body = await fetchPublicDocument(ask, address);
    if (!isRecord(body) || typeof body['issuer'] !== 'string') throw new Error('This is no metadata.');
    return foundMetadata(JSON.stringify(body));
  }

  async function current(): Promise<MetadataAnswer> {
    if (kept !== null && Date.now() < kept.until) return kept.answer;
    try {
      const answer = await flights.run('metadata', load);
      kept = { answer, until: Date.now() + CACHE_SECONDS * 1000 };
    } catch {
      // Asked again when `Retry-After` says: anybody may ask for the document.
      kept = { answer: UNAVAILABLE, until: Date.now() + DEFAULT_RETRY_AFTER_MS };
    }
    return kept.answer;
  }

  return (method, url) => {
    const path = targetOf(url).split('?', 1)[0] ?? '';
    if (path !== WELL_KNOWN && !path.startsWith(`${WELL_KNOWN}/`)) return null;
    if (method === 'OPTIONS') return Promise.resolve(PREFLIGHT);
    return method === 'GET' || method === 'HEAD' ? current() : null;
  };
}

const UNAVAILABLE: MetadataAnswer = {
  status: 503,
  headers: [CORS, JSON_TYPE, ['retry-after', retryAfterSeconds(DEFAULT_RETRY_AFTER_MS)]],
  body: JSON.stringify(errorBody('auth-unavailable', 'The authorization server cannot be reached now.')),
};

function issuerOf({ authorizationServer, publishableKey }: AuthorizationServerOptions, env?: Environment): string {
  const issuer = authorizationServer ?? resolveConfig({ publishableKey }, env).frontendApiUrl;
  if (issuer !== null && /^https?:\/\/[^/]/.test(issuer)) return issuer;
  throw new ConfigurationError(
    'authorizationServer',
    'The authorization server is not known.',
    'Set CLERK_PUBLISHABLE_KEY, or give `authorizationServer` as an absolute URL.',
  );
}

/** What is compared: everything of an answer that a browser, Clerk's Frontend API or a route can see. */
import type { Case } from './generate.js';
import type { Fixtures } from './fixtures.js';

export interface Observation {
  readonly status: string;
  readonly reason: string | null;
  readonly tokenType: string | null;
  readonly location: string | null;
  readonly cookies: readonly string[];
  readonly cacheControl: string | null;
  readonly cors: string | null;
  readonly userId: string | null;
  readonly sessionId: string | null;
  readonly orgId: string | null;
  readonly orgSlug: string | null;
}

/** The request of a case, with its tokens put in. */
export function fill(given: Case, fixtures: Fixtures): { url: string; headers: Record<string, string> } {
  const put = (text: string) =>
    text.replace(/\{([a-z0-9-]+)\}/g, (_, name: string) => fixtures.token(given.instance, name));
  return {
    url: put(given.url),
    headers: Object.fromEntries(Object.entries(given.headers).map(([name, value]) => [name, put(value)])),
  };
}

export function observeHeaders(headers: Headers): Pick<Observation, 'location' | 'cookies' | 'cacheControl' | 'cors'> {
  return {
    location: headers.get('location'),
    cookies: headers.getSetCookie(),
    cacheControl: headers.get('cache-control'),
    cors: headers.get('access-control-allow-origin'),
  };
}

/** Who it is, as a route sees it. */
export function identity(auth: object): Pick<Observation, 'userId' | 'sessionId' | 'orgId' | 'orgSlug'> {
  const text = (key: string) => {
    const value = (auth as Readonly<Record<string, unknown>>)[key];
    return typeof value === 'string' ? value : null;
  };
  return { userId: text('userId'), sessionId: text('sessionId'), orgId: text('orgId'), orgSlug: text('orgSlug') };
}

/** The same with `{name}` for every token, so that it can be read and rewritten. */
export function named(observation: Observation, given: Case, fixtures: Fixtures): Observation {
  return JSON.parse(fixtures.unname(given.instance, JSON.stringify(observation))) as Observation;
}

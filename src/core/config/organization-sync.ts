/** Path patterns of organization sync, compiled once. path-to-regexp 6 is the dialect that Clerk documents. */
import { match, type MatchFunction } from 'path-to-regexp';
import type { OrganizationSyncOptions } from '../../types.js';
import { fail, textList, type OptionName } from './checks.js';
import type { OrganizationSync } from './config.js';

const NAME: OptionName = { option: 'organizationSync' };

/**
 * @param options names have been checked
 * @returns null if no pattern is given.
 * @throws ConfigurationError for a pattern that does not parse.
 */
export function compileOrganizationSync(options: OrganizationSyncOptions): OrganizationSync | null {
  const organization = compile(options.organizationPatterns);
  const personal = compile(options.personalAccountPatterns);
  if (organization === null && personal === null) return null;
  return Object.freeze({
    patterns: JSON.stringify([options.organizationPatterns ?? [], options.personalAccountPatterns ?? []]),
    matchOrganization(path: string) {
      const found = organization === null ? null : run(organization, path);
      if (found === null) return null;
      return { ...textOf('id', found['id']), ...textOf('slug', found['slug']) };
    },
    matchPersonalAccount: (path: string) => personal !== null && run(personal, path) !== null,
  });
}

type Params = Readonly<Record<string, unknown>>;

function compile(patterns: OrganizationSyncOptions['organizationPatterns']): MatchFunction<Params> | null {
  if (patterns === undefined || patterns === null) return null;
  const list = textList(NAME, patterns);
  if (list.length === 0) return null;
  try {
    return match<Params>([...list]);
  } catch (cause) {
    return fail(NAME, 'holds a pattern that does not parse', 'Write patterns such as /orgs/:slug.', cause);
  }
}

/** Parameters stay as they are in the path: nothing is decoded, so nothing a visitor writes can throw. */
function run(matcher: MatchFunction<Params>, path: string): Params | null {
  const result = matcher(path);
  return result === false ? null : result.params;
}

function textOf<K extends string>(key: K, value: unknown): { readonly [P in K]?: string } {
  return (typeof value === 'string' && value !== '' ? { [key]: value } : {}) as { readonly [P in K]?: string };
}

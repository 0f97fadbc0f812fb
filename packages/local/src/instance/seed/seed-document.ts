import { readFileSync } from 'node:fs';
import { SEED_SCHEMA } from './seed-schema.js';
import type { Row } from '../../state/instance-state.js';
import { messageOf } from '../../ground/message-of.js';

type Fields = Readonly<Record<string, unknown>>;
type Metadata = { readonly public_metadata?: Fields; readonly private_metadata?: Fields };
type OneOrMore = string | readonly string[];

/** What an instance starts with. Fields are those of the Backend API's request bodies; ids may be chosen. */
export interface SeedDocument {
  /** Determines ids, keys and secrets, like a number or text as the `seed` option. */
  readonly seed?: string | number;
  /** Part of the environment document, as `configure()` takes it: attributes, social providers, sign-up mode, sessions of a browser. */
  readonly instance?: Fields;
  readonly permissions?: readonly { readonly key: string; readonly name?: string; readonly description?: string }[];
  readonly roles?: readonly {
    readonly key: string;
    readonly name?: string;
    readonly description?: string;
    readonly permissions?: readonly string[];
  }[];
  readonly users?: readonly ({
    readonly id?: string;
    readonly email_address?: OneOrMore;
    readonly phone_number?: OneOrMore;
    readonly web3_wallet?: OneOrMore;
    readonly username?: string;
    readonly password?: string;
    readonly first_name?: string;
    readonly last_name?: string;
    readonly external_id?: string;
    readonly banned?: boolean;
    readonly unsafe_metadata?: Fields;
  } & Metadata)[];
  readonly organizations?: readonly ({
    readonly id?: string;
    readonly name: string;
    readonly slug?: string;
    readonly max_allowed_memberships?: number;
    /** `user`: id, e-mail address, username or external id of a user of this document. */
    readonly members?: readonly ({ readonly user: string; readonly role?: string } & Metadata)[];
  } & Metadata)[];
  /** `scopes`: ids or names of machines to which it has access. */
  readonly machines?: readonly {
    readonly id?: string;
    readonly name: string;
    readonly secret_key?: string;
    readonly default_token_ttl?: number;
    readonly scopes?: readonly string[];
  }[];
  readonly api_keys?: readonly {
    readonly subject: string;
    readonly name: string;
    readonly secret?: string;
    readonly description?: string;
    readonly scopes?: readonly string[];
    readonly claims?: Fields;
  }[];
  readonly jwt_templates?: readonly {
    readonly name: string;
    readonly claims: Fields;
    readonly lifetime?: number;
    readonly signing_key?: string;
    readonly signing_algorithm?: string;
  }[];
  readonly oauth_applications?: readonly {
    readonly name: string;
    readonly client_id?: string;
    readonly client_secret?: string;
    readonly redirect_uris?: readonly string[];
    readonly scopes?: string;
    readonly public?: boolean;
    readonly pkce_required?: boolean;
    readonly consent_screen_enabled?: boolean;
    /** The form of its access tokens; by default as the instance's settings say (`jwt`). */
    readonly access_token_format?: 'jwt' | 'opaque';
  }[];
  /** Rows as they are, by table, for what no operation creates (`clients`, `plans`, `sign_ups`, ...). */
  readonly tables?: Readonly<Record<string, readonly Row[]>>;
}

/**
 * A seed document that cannot be used; the message says where and why.
 *
 * @example
 * ```ts
 * import { loadSeed, SeedError } from 'bailiff-local';
 *
 * await loadSeed('seed.yaml').catch((error: unknown) => {
 *   if (error instanceof SeedError) console.error(error.message);
 * });
 * ```
 */
export class SeedError extends Error {
  override readonly name = 'SeedError';
}

/**
 * A seed document from a JSON or YAML file.
 *
 * @param path of the file, from the working directory
 * @throws SeedError if it cannot be read, is neither, or is not a seed document; the message names the entry
 *
 * @example
 * ```ts
 * import { loadSeed, startLocalInstance } from 'bailiff-local';
 *
 * const clerk = await startLocalInstance({ seed: await loadSeed('test/people.yaml') });
 * ```
 */
export async function loadSeed(path: string): Promise<SeedDocument> {
  const { parse } = await import('yaml');
  let value: unknown;
  try {
    // YAML is a superset of JSON.
    value = parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    throw new SeedError(`${path}: ${messageOf(cause)}`, { cause });
  }
  return checkSeed(value, path);
}

/** @throws SeedError */
export async function checkSeed(value: unknown, from = 'seed'): Promise<SeedDocument> {
  const { Ajv } = await import('ajv');
  const validate = new Ajv({ allErrors: true, allowUnionTypes: true }).compile(SEED_SCHEMA);
  if (validate(value)) return value as SeedDocument;
  const problems = (validate.errors ?? []).map(({ instancePath, message = '', params }) => {
    const unknown = (params as { additionalProperty?: string }).additionalProperty;
    const place = instancePath
      .slice(1)
      .replaceAll(/\/(\d+)/g, '[$1]')
      .replaceAll('/', '.');
    return `${place === '' ? 'the document' : place} ${unknown === undefined ? message : `must not have '${unknown}'`}`;
  });
  throw new SeedError(`${from}: ${[...new Set(problems)].join('; ')}`);
}

import { readFileSync } from 'node:fs';
import { create } from './backend/crud.js';
import { ApiError } from './backend/operation.js';
import { createOAuthApplication } from './backend/resources/oauth-applications.js';
import { addMember } from './backend/resources/organization-memberships.js';
import { createOrganization } from './backend/resources/organizations.js';
import { permissions, roles } from './backend/resources/role-resource.js';
import { createUser } from './backend/resources/users.js';
import { ensurePermission, ensureRole, roleKey, titleOf } from './directory.js';
import { addMachineScope, createMachine } from './machines.js';
import { SEED_SCHEMA } from './seed-schema.js';
import { issueApiKey } from './tokens/machine-tokens.js';
import type { Row, World } from './world.js';

type Fields = Readonly<Record<string, unknown>>;
type Metadata = { readonly public_metadata?: Fields; readonly private_metadata?: Fields };
type OneOrMore = string | readonly string[];

/** What an instance starts with. Fields are those of the Backend API's request bodies; ids may be chosen. */
export interface SeedDocument {
  /** Determines ids, keys and secrets, like a number or text as the `seed` option. */
  readonly seed?: string | number;
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
  }[];
  /** Rows as they are, by table, for what no operation creates (`clients`, `plans`, `sign_ups`, ...). */
  readonly tables?: Readonly<Record<string, readonly Row[]>>;
}

/** A seed document that cannot be used; the message says where and why. */
export class SeedError extends Error {
  override readonly name = 'SeedError';
}

/**
 * A seed document from a JSON or YAML file.
 *
 * @throws SeedError if it is neither, or not a seed document
 */
export async function loadSeed(path: string): Promise<SeedDocument> {
  const { parse } = await import('yaml');
  let value: unknown;
  try {
    // YAML is a superset of JSON.
    value = parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    throw new SeedError(`${path}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
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

/**
 * Fills an instance.
 *
 * @throws SeedError that names the entry that cannot be
 */
export function applySeed(world: World, seed: SeedDocument): void {
  each('permissions', seed.permissions, (entry) =>
    create(world, permissions, { description: '', type: 'user', name: titleOf(entry.key), ...entry }),
  );
  each('roles', seed.roles, (entry) => {
    for (const permission of entry.permissions ?? []) ensurePermission(world, permission);
    create(world, roles, {
      description: '',
      permissions: [],
      is_creator_eligible: false,
      name: titleOf(entry.key),
      ...entry,
      key: roleKey(entry.key),
    });
  });
  each('users', seed.users, ({ banned, ...body }) => {
    const lists = Object.fromEntries(
      (['email_address', 'phone_number', 'web3_wallet'] as const).flatMap((name) =>
        body[name] === undefined ? [] : [[name, [body[name]].flat()]],
      ),
    );
    const { id } = createUser(world, { skip_password_checks: true, ...body, ...lists });
    if (banned === true) world.table('users').update(id, { banned });
  });
  each('organizations', seed.organizations, ({ members = [], ...body }) => {
    const organization = createOrganization(world, body);
    each('members', members, ({ user, role = 'org:member', ...metadata }) => {
      const key = ensureRole(world, roleKey(role))['key'];
      addMember(world, organization, userNamed(world, user), key, metadata);
    });
  });
  each('machines', seed.machines, ({ default_token_ttl: ttl, secret_key: secret, scopes: _, ...machine }) => {
    const { id } = createMachine(world, { ...machine, defaultTokenTtlSeconds: ttl });
    if (secret !== undefined) world.table('machines').update(id, { secret_key: secret });
  });
  each('machines', seed.machines, ({ name, id, scopes = [] }) => {
    for (const scope of scopes) addMachineScope(world, machineNamed(world, id ?? name), machineNamed(world, scope));
  });
  each('api_keys', seed.api_keys, ({ secret, ...key }) => {
    const { id } = issueApiKey(world, {
      ...key,
      subject: /^(org|mch)_/.test(key.subject) ? key.subject : userNamed(world, key.subject),
    });
    if (secret !== undefined) world.table('api_keys').update(id, { secret });
  });
  each('jwt_templates', seed.jwt_templates, (template) => insertTemplate(world, template));
  each('oauth_applications', seed.oauth_applications, (application) => {
    const { client_id: clientId, client_secret: secret } = application;
    const { id } = createOAuthApplication(world, application);
    const chosen = {
      ...(clientId === undefined ? {} : { client_id: clientId }),
      ...(secret === undefined ? {} : { client_secret: secret }),
    };
    world.table('oauth_applications').update(id, chosen);
  });
  for (const [table, rows] of Object.entries(seed.tables ?? {}))
    each(`tables.${table}`, rows, (row) => world.table(table).insert(row));
}

function insertTemplate(world: World, template: NonNullable<SeedDocument['jwt_templates']>[number]): void {
  const now = world.now();
  world.table('jwt_templates').insert({
    id: world.id('jtmp'),
    object: 'jwt_template',
    lifetime: 60,
    allowed_clock_skew: 5,
    signing_algorithm: 'RS256',
    custom_signing_key: template.signing_key !== undefined,
    ...template,
    created_at: now,
    updated_at: now,
  });
}

function each<Entry>(name: string, entries: readonly Entry[] | undefined, act: (entry: Entry) => unknown): void {
  for (const [index, entry] of (entries ?? []).entries()) {
    try {
      act(entry);
    } catch (cause) {
      const place = `${name}[${String(index)}]`;
      if (cause instanceof SeedError) throw new SeedError(`${place}.${cause.message}`, { cause });
      const why =
        cause instanceof ApiError ? cause.longMessage : cause instanceof Error ? cause.message : String(cause);
      throw new SeedError(`${place}: ${why}`, { cause });
    }
  }
}

function userNamed(world: World, name: string): string {
  const users = world.table('users');
  const byEmail = (): unknown => world.table('email_addresses').by('email_address', name.toLowerCase())[0]?.['user_id'];
  const id =
    users.get(name)?.id ?? byEmail() ?? users.by('username', name)[0]?.id ?? users.by('external_id', name)[0]?.id;
  if (typeof id !== 'string') throw new Error(`there is no user '${name}' in the document`);
  return id;
}

function machineNamed(world: World, name: string): string {
  const machines = world.table('machines');
  const id = machines.get(name)?.id ?? machines.by('name', name)[0]?.id;
  if (id === undefined) throw new Error(`there is no machine '${name}' in the document`);
  return id;
}

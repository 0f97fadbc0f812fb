import { addMachineScope, createMachine } from '../../model/machines/machines.js';
import { ensurePermission, ensureRole, roleKey, titleOf } from '../../model/ensure.js';
import { configureEnvironment } from '../../model/instance/environment.js';
import { createOAuthApplication } from '../../model/oauth/applications.js';
import { addMember } from '../../model/organizations/memberships.js';
import { createOrganization } from '../../model/organizations/organizations.js';
import { permissions, roleByKey, roles } from '../../model/organizations/role-records.js';
import { ApiError } from '../../model/records/api-error.js';
import { change, create } from '../../model/records/resource.js';
import { issueApiKey } from '../../model/tokens/machine-tokens.js';
import { createUser } from '../../model/users/users.js';
import { messageOf } from '../../ground/message-of.js';
import type { Draft, InstanceState } from '../../state/instance-state.js';
import type { RoleRow } from '../../state/rows.js';
import { SeedError, type SeedDocument } from './seed-document.js';

/**
 * Fills an instance.
 *
 * @throws SeedError that names the entry that cannot be
 */
export function applySeed(state: InstanceState, seed: SeedDocument): void {
  each('instance', seed.instance && [seed.instance], (patch) => {
    configureEnvironment(state, patch);
  });
  const builtInLeft = new Set(
    state
      .table('organization_roles')
      .rows()
      .map(({ id }) => id),
  );
  each('permissions', seed.permissions, (entry) =>
    create(state, permissions, { description: '', type: 'user', name: titleOf(entry.key), ...entry }),
  );
  each('roles', seed.roles, (entry) => {
    for (const permission of entry.permissions ?? []) ensurePermission(state, permission);
    // The two roles that every instance has: what the document says is added to them.
    const builtIn = roleByKey(state, roleKey(entry.key));
    if (builtIn !== undefined && builtInLeft.delete(builtIn.id))
      return change(state, roles, builtIn.id, extended(builtIn, entry));
    return create(state, roles, {
      description: '',
      permissions: [],
      is_creator_eligible: false,
      name: titleOf(entry.key),
      ...entry,
      key: roleKey(entry.key),
    });
  });
  each(
    'users',
    seed.users,
    ({ banned, email_address: emails, phone_number: phones, web3_wallet: wallets, ...body }) => {
      const { id } = createUser(state, {
        skip_password_checks: true,
        ...body,
        email_address: listOf(emails),
        phone_number: listOf(phones),
        web3_wallet: listOf(wallets),
      });
      if (banned === true) state.table('users').update(id, { banned });
    },
  );
  each('organizations', seed.organizations, ({ members = [], ...body }) => {
    const organization = createOrganization(state, body);
    each('members', members, ({ user, role = 'org:member', ...metadata }) => {
      const key = ensureRole(state, roleKey(role)).key;
      addMember(state, organization, userNamed(state, user), key, metadata);
    });
  });
  each('machines', seed.machines, ({ default_token_ttl: ttl, secret_key: secret, scopes: _, ...machine }) => {
    const { id } = createMachine(state, { ...machine, defaultTokenTtlSeconds: ttl });
    if (secret !== undefined) state.table('machines').update(id, { secret_key: secret });
  });
  each('machines', seed.machines, ({ name, id, scopes = [] }) => {
    for (const scope of scopes) addMachineScope(state, machineNamed(state, id ?? name), machineNamed(state, scope));
  });
  each('api_keys', seed.api_keys, ({ secret, ...key }) => {
    const { id } = issueApiKey(state, {
      ...key,
      subject: /^(org|mch)_/.test(key.subject) ? key.subject : userNamed(state, key.subject),
    });
    if (secret !== undefined) state.table('api_keys').update(id, { secret });
  });
  each('jwt_templates', seed.jwt_templates, (template) => insertTemplate(state, template));
  each('oauth_applications', seed.oauth_applications, (application) => {
    const { client_id: clientId, client_secret: secret, access_token_format: format } = application;
    const { id } = createOAuthApplication(state, application);
    const chosen = {
      ...(clientId === undefined ? {} : { client_id: clientId }),
      ...(secret === undefined ? {} : { client_secret: secret }),
      ...(format === undefined ? {} : { access_token_format: format }),
    };
    state.table('oauth_applications').update(id, chosen);
  });
  for (const [table, rows] of Object.entries(seed.tables ?? {}))
    each(`tables.${table}`, rows, (row) => state.table(table).insert(row));
}

const listOf = (value: string | readonly string[] | undefined): readonly string[] =>
  value === undefined ? [] : [value].flat();

function extended(role: RoleRow, entry: NonNullable<SeedDocument['roles']>[number]): Draft<RoleRow> {
  const { name, description, permissions: more = [] } = entry;
  return {
    ...(name === undefined ? {} : { name }),
    ...(description === undefined ? {} : { description }),
    permissions: [...new Set([...role.permissions, ...more])],
  };
}

function insertTemplate(state: InstanceState, template: NonNullable<SeedDocument['jwt_templates']>[number]): void {
  const now = state.now();
  state.table('jwt_templates').insert({
    id: state.id('jtmp'),
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
      const why = cause instanceof ApiError ? cause.longMessage : messageOf(cause);
      throw new SeedError(`${place}: ${why}`, { cause });
    }
  }
}

function userNamed(state: InstanceState, name: string): string {
  const users = state.table('users');
  const byEmail = () => state.table('email_addresses').by('email_address', name.toLowerCase())[0]?.user_id;
  const id =
    users.get(name)?.id ?? byEmail() ?? users.by('username', name)[0]?.id ?? users.by('external_id', name)[0]?.id;
  if (id === undefined) throw new Error(`there is no user '${name}' in the document`);
  return id;
}

function machineNamed(state: InstanceState, name: string): string {
  const machines = state.table('machines');
  const id = machines.get(name)?.id ?? machines.by('name', name)[0]?.id;
  if (id === undefined) throw new Error(`there is no machine '${name}' in the document`);
  return id;
}

/** Settings of the instance: one row, whose absent fields have these values. */
import type { InstanceState } from '../../state/instance-state.js';
import type { Fields } from '../../state/rows.js';

const DEFAULTS = {
  instance: { allowed_origins: null, test_mode: true, hibp: false, support_email: null, clerk_js_version: null },
  restrictions: {
    allowlist: false,
    blocklist: false,
    allowlist_blocklist_disabled_on_sign_in: true,
    block_email_subaddresses: false,
    block_disposable_email_domains: false,
  },
  oauth: {
    dynamic_oauth_client_registration: true,
    // Null: those of scopes.ts.
    default_scopes: null,
    oauth_jwt_access_tokens: true,
    client_id_metadata_documents_advertised: true,
    client_id_metadata_documents_only_allow_pre_registered_clients: false,
    client_id_metadata_documents_block_implicitly_allowed_clients: false,
  },
  protect: { rules_enabled: false, specter_enabled: false, checks_bypassed: false },
  communication: { blocked_country_codes: [] as string[] },
  auth: {
    restricted_to_allowlist: false,
    // Users without a second factor set one up after signing in.
    mfa_required: false,
    from_email_address: 'noreply',
    progressive_sign_up: true,
    enhanced_email_deliverability: false,
  },
  organizations: {
    enabled: true,
    max_allowed_memberships: 5,
    // 0 is no limit.
    max_allowed_domains: 0,
    max_allowed_roles: 10,
    max_role_sets_allowed: 10,
    max_allowed_permissions: 50,
    creator_role: 'org:admin',
    admin_delete_enabled: true,
    domains_enabled: true,
    slug_disabled: false,
    domains_enrollment_modes: ['manual_invitation', 'automatic_invitation', 'automatic_suggestion'],
    domains_default_role: 'org:member',
    // Clerk's newer instances have it on. Here a user without an organization is no error of the test.
    force_organization_selection: false,
    initial_role_set_key: 'role_set:default',
  },
} satisfies Record<string, Fields>;

export type SettingsGroup = keyof typeof DEFAULTS;

type Settings = typeof DEFAULTS;

/** A group as it is, once every setting has a value; what is null by default may also be something else. */
export type SettingsIn<Group extends SettingsGroup> = {
  readonly [Name in keyof Settings[Group]]: Settings[Group][Name] extends null ? unknown : Settings[Group][Name];
};

export function settingsOf<Group extends SettingsGroup>(state: InstanceState, group: Group): SettingsIn<Group> {
  return { ...DEFAULTS[group], ...state.table('instance_settings').get(group) };
}

/** Null and absent leave a setting as it is, unless null is a value that it may have. */
export function changeSettings(state: InstanceState, group: SettingsGroup, patch: Fields): void {
  const known: Fields = DEFAULTS[group];
  const entries = Object.entries(patch).filter(
    ([name, value]) => value !== undefined && (value !== null || known[name] === null),
  );
  const table = state.table('instance_settings');
  const fields = Object.fromEntries(entries);
  if (table.get(group)) table.update(group, fields);
  else table.insert({ id: group, ...fields });
}

/**
 * The environment: what the instance allows and asks for, as its front ends read it. Made from the settings that the Backend API changes, with
 * what was configured over it; the flows of sign-in and sign-up read the same document.
 */
import { isRecord } from '../../../../../src/ground/is-record.js';
import { misfitsOf } from '../../document/frontend-check.js';
import type { InstanceState } from '../../state/instance-state.js';
import type { Fields } from '../../state/rows.js';
import { activeConnections } from '../connections/active-connections.js';
import { merged } from '../records/deep-merge.js';
import { attributesWith, type AttributeName, type Attributes } from './attributes.js';
import { displayConfig } from './display-config.js';
import { settingsOf } from './settings.js';

/** The row of `instance_settings` that keeps what was configured. */
const ROW = 'environment';

/**
 * Changes part of the environment, in force at once.
 *
 * @param patch part of the environment document, merged deeply
 * @throws TypeError for a name that the document does not have, or a value of another type
 */
export function configureEnvironment(state: InstanceState, patch: Fields): void {
  const wrong = misfitsOf('Environment', patch, { partial: true });
  if (wrong.length > 0) throw new TypeError(`This is no part of an environment: ${wrong.join('; ')}.`);
  const table = state.table('instance_settings');
  const next = { patch: merged(configured(state), patch) };
  if (table.get(ROW)) table.update(ROW, next);
  else table.insert({ id: ROW, ...next });
}

function configured(state: InstanceState): Fields {
  const patch = state.table('instance_settings').get(ROW)?.['patch'];
  return isRecord(patch) ? patch : {};
}

export type Environment = ReturnType<typeof base>;

const kept = new WeakMap<object, { readonly key: string; readonly document: Environment }>();

/** Changes when a table changes that the document is made from. */
const versionOf = (state: InstanceState): string =>
  (['instance_settings', 'plans', 'enterprise_connections', 'saml_connections'] as const)
    .map((name) => state.table(name).version)
    .join(' ');

export function environmentOf(state: InstanceState): Environment {
  const table = state.table('instance_settings');
  const known = kept.get(table);
  const key = `${versionOf(state)} ${state.frontendApiUrl}`;
  if (known?.key === key) return known.document;
  const patch = configured(state);
  const userPatch = (patch['user_settings'] ?? {}) as Fields;
  const document = merged(base(state, userPatch), {
    ...patch,
    user_settings: { ...userPatch, attributes: undefined, social: undefined },
  });
  kept.set(table, { key, document });
  return document;
}

function base(state: InstanceState, userPatch: Fields) {
  const attributes = attributesWith((userPatch['attributes'] ?? {}) as Fields);
  return {
    auth_config: authConfig(state, attributes),
    display_config: displayConfig(state),
    user_settings: userSettings(state, attributes, (userPatch['social'] ?? {}) as Fields),
    organization_settings: organizationSettings(state),
    commerce_settings: { billing: billingSettings(state) },
    api_keys_settings: { enabled: true, user_api_keys_enabled: true, orgs_api_keys_enabled: true },
    fraud_settings: { object: 'fraud_settings', native: { device_attestation_mode: 'disabled' } },
    protect_config: { object: 'protect_config', id: '', loaders: [] as readonly Fields[] },
    client_debug_mode: false,
    partitioned_cookies: false,
    maintenance_mode: false,
  };
}

/** Billing is on for each type of payer that has plans. */
function billingSettings(state: InstanceState) {
  const sold = (type: 'user' | 'org') => {
    const plans = state.table('plans').by('for_payer_type', type);
    return { enabled: plans.length > 0, has_paid_plans: plans.some(({ amount }) => amount > 0) };
  };
  return {
    // A key makes the components load the provider's script, in whose place the instance puts its stand-in.
    stripe_publishable_key: (state.table('plans').size > 0 ? 'pk_test_bailiff_local' : null) as string | null,
    free_trial_requires_payment_method: false,
    organization: sold('org'),
    user: sold('user'),
  };
}

/** `on` and `required` say in short what the attributes say at length; older clients read it. */
function authConfig(state: InstanceState, attributes: Attributes) {
  const level = (name: AttributeName): string =>
    attributes[name].enabled ? (attributes[name].required ? 'required' : 'on') : 'off';
  const identifiers = (['email_address', 'phone_number', 'username'] as const).filter(
    (name) => attributes[name].used_for_first_factor,
  );
  const all = Object.values(attributes);
  return {
    object: 'auth_config',
    id: `aconf_${state.instanceId}`,
    single_session_mode: true,
    reverification: true,
    test_mode: settingsOf(state, 'instance').test_mode,
    claimed_at: null as number | null,
    first_name: level('first_name'),
    last_name: level('last_name'),
    email_address: level('email_address'),
    phone_number: level('phone_number'),
    username: level('username'),
    password: level('password'),
    identification_requirements: identifiers.map((name) => [name as string]),
    identification_strategies: identifiers as readonly string[],
    first_factors: [...new Set([...all.flatMap((each) => each.first_factors), 'password', 'ticket'])],
    second_factors: [...new Set(all.flatMap((each) => each.second_factors))],
    email_address_verification_strategies: attributes.email_address.verifications,
    enhanced_email_deliverability: settingsOf(state, 'auth').enhanced_email_deliverability,
    cookieless_dev: false,
    url_based_session_syncing: state.instanceType === 'development',
    native_settings: { object: 'native_settings', api_enabled: false },
  };
}

/** A provider that is configured with nothing but its name is one to sign in with. */
const provider = (strategy: string, patch: unknown) =>
  merged(
    {
      enabled: true,
      required: false,
      authenticatable: true,
      block_email_subaddresses: false,
      strategy,
      not_selectable: false,
      deprecated: false,
      name: strategy.replace(/^oauth_(custom_)?/, '').replace(/^./, (letter) => letter.toUpperCase()),
      logo_url: null as string | null,
    },
    patch,
  );

function userSettings(state: InstanceState, attributes: Attributes, social: Fields) {
  const restrictions = settingsOf(state, 'restrictions');
  const auth = settingsOf(state, 'auth');
  const connected = activeConnections(state).length > 0;
  const providers = Object.fromEntries(Object.entries(social).map(([key, patch]) => [key, provider(key, patch)]));
  return {
    attributes,
    social: providers,
    saml: { enabled: connected },
    enterprise_sso: { enabled: connected, self_serve_sso: false },
    sign_in: { second_factor: { required: false, enabled: true } },
    sign_up: {
      mode: 'public',
      progressive: auth.progressive_sign_up,
      captcha_enabled: false,
      captcha_widget_type: 'smart',
      custom_action_required: false,
      legal_consent_enabled: false,
      mfa: { required: auth.mfa_required },
    },
    restrictions: {
      allowlist: { enabled: restrictions.allowlist || auth.restricted_to_allowlist },
      blocklist: { enabled: restrictions.blocklist },
      allowlist_blocklist_disabled_on_sign_in: { enabled: restrictions.allowlist_blocklist_disabled_on_sign_in },
      block_email_subaddresses: { enabled: restrictions.block_email_subaddresses },
      block_disposable_email_domains: { enabled: restrictions.block_disposable_email_domains },
    },
    password_settings: {
      min_length: 8,
      max_length: 72,
      require_special_char: false,
      require_numbers: false,
      require_uppercase: false,
      require_lowercase: false,
      // Checks that would ask another machine about passwords stay off.
      show_zxcvbn: false,
      min_zxcvbn_strength: 0,
      disable_hibp: true,
      enforce_hibp_on_sign_in: false,
      disable_password_reverification: false,
      allowed_special_characters: '!"#$%&\'()*+,-./:;<=>?@[]^_`{|}~',
    },
    username_settings: {
      min_length: 4,
      max_length: 64,
      allow_extended_special_characters: true,
      allow_numeric_usernames: true,
    },
    actions: { delete_self: true, create_organization: true, create_organizations_limit: null as number | null },
    attack_protection: {
      user_lockout: { enabled: true, max_attempts: 10, duration_in_minutes: 60 },
      pii: { enabled: false },
      email_link: { require_same_client: false },
      enumeration_protection: { enabled: false },
    },
    passkey_settings: { allow_autofill: false, show_sign_in_button: true, satisfies_second_factor: true },
  };
}

function organizationSettings(state: InstanceState) {
  const settings = settingsOf(state, 'organizations');
  return {
    enabled: settings.enabled,
    max_allowed_memberships: settings.max_allowed_memberships,
    force_organization_selection: settings.force_organization_selection,
    actions: { admin_delete: settings.admin_delete_enabled },
    domains: {
      enabled: settings.domains_enabled,
      enrollment_modes: settings.domains_enrollment_modes as readonly string[],
      default_role: settings.domains_default_role,
    },
    slug: { disabled: settings.slug_disabled },
    organization_creation_defaults: { enabled: false },
    creator_role: settings.creator_role,
  };
}

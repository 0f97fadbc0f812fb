/** How the application is shown, and where its pages are: `display_config` of the environment. */
import type { InstanceState } from '../../state/instance-state.js';
import { settingsOf } from './settings.js';

const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);

export function displayConfig(state: InstanceState) {
  const page = (path: string): string => `${state.frontendApiUrl}${path}`;
  const { support_email: supportEmail, clerk_js_version: version } = settingsOf(state, 'instance');
  return {
    object: 'display_config',
    id: `dconf_${state.instanceId}`,
    instance_environment_type: state.instanceType as string,
    application_name: 'Local application',
    theme: { buttons: {}, general: {}, accounts: {} },
    preferred_sign_in_strategy: 'password',
    branded: false,
    show_devmode_warning: false,
    experimental_force_oauth_first: false,
    clerk_js_version: text(version),
    support_email: text(supportEmail),
    home_url: '',
    sign_in_url: page('/sign-in'),
    sign_up_url: page('/sign-up'),
    user_profile_url: page('/user'),
    waitlist_url: page('/waitlist'),
    organization_profile_url: page('/organization'),
    create_organization_url: page('/create-organization'),
    oauth_consent_url: '',
    after_sign_in_url: '',
    after_sign_up_url: '',
    after_sign_out_one_url: '',
    after_sign_out_all_url: '',
    after_switch_session_url: '',
    after_join_waitlist_url: '',
    after_leave_organization_url: '',
    after_create_organization_url: '',
    logo_link_url: '',
    logo_image_url: null as string | null,
    favicon_image_url: null as string | null,
    logo_url: null as string | null,
    favicon_url: null as string | null,
    logo_image: null,
    favicon_image: null,
    help_url: null as string | null,
    privacy_policy_url: null as string | null,
    terms_url: null as string | null,
    google_one_tap_client_id: null,
    // A captcha and its heartbeat would ask a third party.
    captcha_public_key: null,
    captcha_public_key_invisible: null,
    captcha_widget_type: null,
    captcha_provider: null,
    captcha_oauth_bypass: [] as readonly string[],
    captcha_heartbeat: false,
  };
}

/**
 * Every code that the Backend API refuses with: its status, and the message in short. A refusal is made from its row, so a code never has a status
 * that is not its own. Codes and statuses are those of Clerk's public catalogue; `test/local/refusals` compares them, and lists the few that are not in it.
 */

/** A few codes have a second status, for the cases that a caller names. */
type Row = readonly [status: number, message: string, second?: number];

const rows = <Table extends Readonly<Record<string, Row>>>(table: Table): Table => table;

const REQUEST = rows({
  api_version_invalid: [400, 'The API version is invalid'],
  authentication_invalid: [401, 'The credentials are not good for this'],
  authorization_header_format_invalid: [401, 'The Authorization header is missing or is no bearer token'],
  authorization_invalid: [403, 'Not allowed with these credentials'],
  clerk_key_invalid: [401, 'The secret key is invalid'],
  internal_clerk_error: [500, 'Something broke'],
  method_not_allowed: [405, 'Method not allowed'],
  not_implemented: [501, 'Not implemented'],
  request_body_invalid: [400, 'The request body cannot be read'],
  request_invalid_for_environment: [400, 'Not available in this kind of instance'],
  resource_not_found: [404, 'not found'],
  unsupported_content_type: [415, 'The content type is not supported'],
});

/** 400 where the service of API keys, M2M tokens and OAuth access tokens answers, which knows no 422. */
const PARAMETERS = rows({
  form_identifier_exists: [422, 'is taken'],
  form_param_array_size_exceeded: [422, 'has too many items', 400],
  form_param_duplicate: [422, 'occurs more than once'],
  form_param_format_invalid: [422, 'is invalid', 400],
  form_param_invalid_time: [422, 'is not a time'],
  form_param_max_length_exceeded: [422, 'is too long', 400],
  form_param_min_length_exceeded: [422, 'is too short', 400],
  form_param_missing: [422, 'is missing', 400],
  form_param_type_invalid: [422, 'is of the wrong type', 400],
  form_param_unknown: [422, 'is unknown', 400],
  form_param_value_invalid: [422, 'is invalid', 400],
  form_resource_not_found: [422, 'names nothing that exists'],
  form_verification_needed: [422, 'must be verified first'],
  bulk_size_exceeded: [400, 'Too many items in one request'],
  conflict: [409, 'Conflict'],
  duplicate_record: [400, 'exists already'],
  quota_exceeded: [403, 'The limit is reached'],
});

const USERS = rows({
  external_account_not_found: [404, 'There is no such external account'],
  form_password_digest_invalid_code: [422, 'is no digest of this hasher'],
  form_password_length_too_short: [422, 'The password is too short'],
  form_password_size_in_bytes_exceeded: [422, 'The password has too many bytes'],
  form_username_invalid_character: [422, 'The username has a character that usernames cannot have'],
  form_username_invalid_length: [422, 'The username is too long'],
  identification_create_second_factor_unverified: [400, 'A second factor must be verified'],
  identification_update_second_factor_unverified: [400, 'A second factor must be verified'],
  image_too_large: [413, 'The image is too large'],
  incorrect_password: [422, 'The password is wrong'],
  invalid_totp_secret_code: [422, 'is no TOTP secret'],
  no_password_set: [400, 'The user has no password'],
  passkey_not_registered: [404, 'There is no such passkey'],
  password_hasher_unsupported: [400, 'Digests of this hasher cannot be checked here'],
  totp_disabled: [400, 'The user has no second factor of this kind'],
  totp_incorrect_code: [422, 'The code is wrong'],
  totp_invalid_length: [422, 'The code is of the wrong length'],
  verification_already_verified: [400, 'The verification is verified already'],
  user_banned: [403, 'The user is banned'],
});

const SESSIONS = rows({
  agent_task_already_used: [400, 'The agent task was used already'],
  agent_task_cannot_be_revoked: [400, 'The agent task cannot be revoked'],
  agent_task_cannot_be_used: [400, 'The agent task cannot be used'],
  agent_task_not_found: [404, 'There is no such agent task'],
  agent_task_revoked: [400, 'The agent task was revoked'],
  agent_task_subject_not_found: [404, 'There is no such user'],
  actor_token_cannot_be_revoked_code: [400, 'The actor token cannot be revoked'],
  invalid_session_token: [400, 'The session token is invalid'],
  sign_in_token_cannot_be_revoked_code: [400, 'The sign-in token cannot be revoked'],
});

/** What a handshake fails with, in the browser. */
const HANDSHAKE = rows({
  invalid_redirect_url: [422, 'The redirect URL is no URL'],
  redirect_url_not_associated_with_instance: [422, 'The redirect URL belongs to another instance'],
});

/** What a refresh fails with. Applications see the code, after `session-token-expired-refresh-`. */
const REFRESH = rows({
  expired_session_token_invalid: [401, 'The expired token is no session token of this instance'],
  expired_session_token_missing_azp: [401, 'The expired token has no azp'],
  expired_session_token_missing_sid: [401, 'The expired token has no sid'],
  refresh_request_origin_azp_mismatch: [401, 'The expired token was issued for another origin'],
  refresh_request_origin_invalid: [401, 'The origin of the request is invalid'],
  refresh_sid_mismatch: [401, 'The tokens are of different sessions'],
  refresh_token_not_found: [401, 'There is no such refresh token'],
  session_refresh_expired_session_token_missing_iat: [401, 'The expired token has no iat'],
  session_refresh_inactive_session: [401, 'The session has ended'],
  session_refresh_session_not_found: [401, 'There is no such session'],
  session_refresh_user_not_found: [401, 'There is no such user'],
});

const OAUTH = rows({
  oauth_application_consent_screen_cannot_be_disabled: [422, 'The consent screen cannot be switched off'],
});

const CONNECTIONS = rows({
  scim_directory_enterprise_connection_already_used: [422, 'The connection has a directory already'],
});

const INVITATIONS = rows({
  invitation_already_accepted: [400, 'The invitation is accepted already'],
  invitation_already_revoked: [400, 'The invitation is revoked already'],
  revoked_invitation: [400, 'The invitation is revoked'],
  ticket_expired_code: [400, 'The ticket has expired'],
  waitlist_entry_already_completed: [409, 'Whoever waited has signed up'],
  waitlist_entry_already_invited: [409, 'The waitlist entry is invited already'],
  waitlist_entry_already_rejected: [409, 'The waitlist entry is rejected already'],
  waitlist_entry_locked: [409, 'The waitlist entry is locked'],
});

const ORGANIZATIONS = rows({
  already_a_member_in_organization: [400, 'The user is a member already'],
  missing_organization_permission: [403, 'The user lacks a permission in the organization'],
  not_a_member_in_organization: [403, 'The user is no member of the organization'],
  org_creation_limit_exceeded: [403, 'The user can create no more organizations'],
  organization_creator_not_found: [400, 'The creator does not exist'],
  organization_domain_already_exists: [422, 'Another organization has this domain'],
  organization_domain_already_exists_same_organization: [422, 'The organization has this domain already'],
  organization_domain_common: [422, 'The domain belongs to a public mail provider'],
  organization_domain_enrollment_mode_not_enabled: [403, 'This enrollment mode is switched off'],
  organization_domains_not_enabled: [403, 'Domains of organizations are switched off'],
  organization_invitation_already_accepted: [400, 'The invitation is accepted already'],
  organization_invitation_not_pending: [404, 'The invitation is not pending'],
  organization_invitation_not_unique: [400, 'There is a pending invitation already'],
  organization_invitation_revoked_code: [400, 'The invitation is revoked'],
  organization_membership_quota_exceeded: [403, 'The organization is full'],
  organization_minimum_permissions_needed: [400, 'Somebody must keep managing the organization'],
  organization_not_enabled_in_instance: [403, 'Organizations are switched off'],
  organization_slugs_disabled: [403, 'Slugs of organizations are switched off'],
});

const ROLES = rows({
  organization_instance_role_sets_quota_exceeded: [403, 'There can be no more role sets'],
  organization_instance_roles_quota_exceeded: [403, 'There can be no more roles'],
  organization_missing_creator_role_permissions: [422, 'The role lacks permissions that a creator needs'],
  organization_role_assigned_members: [422, 'The role is in use'],
  organization_role_default_creator_role: [422, 'The role is in use'],
  organization_role_domain_default_role: [422, 'The role is in use'],
  organization_role_exists_in_invitations: [422, 'The role is in use'],
  organization_role_permission_association_exists: [409, 'The role has this permission already'],
  organization_role_permission_association_not_found: [404, 'The role does not have this permission'],
  organization_role_set_reassignment_mappings_invalid: [422, 'A mapping names a role that is not there'],
  organization_role_set_reassignment_mappings_missing: [422, 'A role that members have needs a mapping'],
  organization_system_permission_not_modifiable: [403, 'System permissions cannot be changed or deleted'],
});

const INSTANCE = rows({
  jwt_template_reserved_claim: [400, 'The claim is reserved'],
  machine_token_reserved_claim: [400, 'The claim is reserved'],
  operation_not_allowed_on_primary_domain: [403, 'Not allowed on the primary domain'],
  svix_app_exists: [400, 'The instance has a Svix app already'],
  svix_app_missing: [400, 'The instance has no Svix app'],
  scim_directory_enterprise_connection_already_used: [422, 'The enterprise connection has a directory already'],
  template_revert_error: [400, 'The template has nothing to go back to'],
});

const BILLING = rows({
  commerce_subscription_item_already_canceled: [400, 'The subscription item is canceled already'],
  commerce_subscription_item_cannot_be_canceled: [422, 'The subscription item cannot be canceled'],
  discount_already_applied: [409, 'The subscription item has this discount already'],
  discount_not_found: [404, 'There is no such discount'],
  insufficient_credit_balance: [422, 'The balance is less than that'],
  invalid_credit_amount: [422, 'The amount must be more than 0'],
  out_of_date_price: [409, 'The subscription item does not have this price'],
  plan_amount_invalid: [422, 'The amount is invalid'],
  plan_not_found: [404, 'There is no such plan'],
  price_transition_not_allowed: [422, 'The subscription item cannot move to this price'],
  subscription_item_no_longer_active: [409, 'The subscription item is not active any more'],
  subscription_item_not_found: [404, 'There is no such subscription item'],
  subscription_item_not_in_free_trial: [403, 'The subscription item is not in a free trial'],
  subscription_not_found: [404, 'There is no such subscription'],
});

export const REFUSALS = {
  ...REQUEST,
  ...PARAMETERS,
  ...USERS,
  ...SESSIONS,
  ...HANDSHAKE,
  ...REFRESH,
  ...OAUTH,
  ...CONNECTIONS,
  ...INVITATIONS,
  ...ORGANIZATIONS,
  ...ROLES,
  ...INSTANCE,
  ...BILLING,
};

export type RefusalCode = keyof typeof REFUSALS;

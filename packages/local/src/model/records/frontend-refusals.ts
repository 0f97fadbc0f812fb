/** The codes that the Frontend API alone refuses with, as `refusal-table.ts` has those of the Backend API. */

type Row = readonly [status: number, message: string];

const rows = <Table extends Readonly<Record<string, Row>>>(table: Table): Table => table;

export const FRONTEND_REFUSALS = rows({
  // Not in the catalogue: the service of API keys has codes of its own, and the component asks for this one.
  token_creation_conflict: [409, 'There is a key of this name already'],
  account_transfer_invalid: [400, 'There is nothing to transfer'],
  api_keys_not_enabled: [422, 'API keys are switched off'],
  client_state_invalid: [400, 'This is not the next step'],
  feature_requires_dynamic_oauth_client_registration: [422, 'Dynamic client registration is switched off'],
  form_code_incorrect: [422, 'is incorrect'],
  form_identifier_not_found: [422, 'is invalid'],
  form_password_incorrect: [422, 'is incorrect'],
  form_password_length_too_long: [422, 'The password is too long'],
  form_password_no_lowercase: [422, 'The password has no lowercase letter'],
  form_password_no_number: [422, 'The password has no number'],
  form_password_no_special_char: [422, 'The password has no special character'],
  form_password_no_uppercase: [422, 'The password has no uppercase letter'],
  identifier_already_signed_in: [400, 'The account is signed in already'],
  invitation_account_not_exists: [400, 'The invited person has no account yet'],
  not_allowed_access: [403, 'Access not allowed'],
  oauth_fetch_user_error: [401, 'The access token is missing, expired or revoked'],
  organization_admin_delete_not_enabled: [403, 'Members cannot delete the organization'],
  organization_domain_mismatch: [422, 'The address is not of this domain'],
  organization_invitation_not_found: [404, 'There is no such invitation'],
  organization_not_found_or_unauthorized: [404, 'There is no such organization for this user'],
  organization_suggestion_already_accepted: [400, 'The suggestion is accepted already'],
  origin_invalid: [400, 'This origin is not allowed'],
  session_exists: [400, 'Somebody is signed in already'],
  sign_in_identification_or_user_deleted: [400, 'The account has been deleted'],
  sign_in_token_already_used_code: [400, 'The sign-in token was used already'],
  sign_in_token_not_in_sign_in_code: [400, 'The ticket is for signing in'],
  sign_in_token_revoked_code: [400, 'The sign-in token was revoked'],
  sign_up_mode_restricted: [403, 'Only the invited can sign up'],
  sign_up_restricted_waitlist: [403, 'Sign-up is by the waitlist'],
  strategy_for_user_invalid: [400, 'The strategy is not valid for this account'],
  ticket_invalid_code: [400, 'The ticket is invalid'],
  user_create_organization_not_enabled: [403, 'The user may not create organizations'],
  user_locked: [403, 'The account is locked'],
  verification_expired: [400, 'The verification has expired'],
  verification_failed: [400, 'The verification has failed'],
  verification_missing: [400, 'Nothing has been sent yet'],
});

/** Email and SMS templates: Clerk's own exist by default, and can be changed and reverted. */
import type { TemplatesPreviewParams, TemplatesUpsertParams } from '../../../../../src/api/generated/types.js';
import { lookUp } from '../../ground/look-up.js';
import type { Draft, InstanceState } from '../../state/instance-state.js';
import type { Fields, MessageTemplateRow } from '../../state/rows.js';
import { presentFields } from '../records/present-fields.js';
import { missing, notFound, refusal } from '../records/refusals.js';
import { change, defineResource, insert } from '../records/resource.js';

export const templates = defineResource('templates', {
  object: 'template',
  idPrefix: 'tmpl',
  component: 'Template',
  sortKeys: ['position'],
});

/** The templates that every instance has. */
const BUILT_IN: readonly (readonly [type: string, slug: string, name: string, body: string])[] = [
  ['email', 'verification_code', 'Verification code', '{{otp_code}} is your verification code'],
  ['email', 'magic_link_sign_in', 'Email link', 'Sign in to {{app.name}}: {{magic_link}}'],
  ['email', 'reset_password_code', 'Reset password code', '{{otp_code}} is your reset password code'],
  ['email', 'invitation', 'Invitation', 'You are invited to {{app.name}}: {{action_url}}'],
  ['email', 'organization_invitation', 'Organization invitation', 'Join {{org.name}}: {{action_url}}'],
  ['email', 'waitlist_invitation', 'Waitlist invitation', 'You are off the waitlist: {{action_url}}'],
  ['sms', 'verification_code', 'Verification code', '{{otp_code}} is your verification code for {{app.name}}'],
  ['sms', 'reset_password_code', 'Reset password code', '{{otp_code}} is your reset password code for {{app.name}}'],
];

/** Replaces the variables in a text by their values; a variable without a value stays as it is. */
export const fillTemplate = (text: string, values: Readonly<Record<string, string>>): string =>
  text.replace(/\{\{\s*([\w.]+)\s*\}\}/g, (all, name: string) => lookUp(values, name) ?? all);

const VARIABLES = ['app.name', 'app.url', 'otp_code', 'magic_link', 'action_url', 'org.name'];

function builtIn(type: string, slug: string): Draft<MessageTemplateRow> | undefined {
  const position = BUILT_IN.findIndex(([t, s]) => t === type && s === slug);
  const [, , name, body] = BUILT_IN[position] ?? [];
  return name === undefined
    ? undefined
    : { name, body, markup: body, subject: type === 'email' ? name : null, position };
}

const common = (state: InstanceState, type: string, slug: string): Draft<MessageTemplateRow> => ({
  key: `${type}/${slug}`,
  template_type: type,
  slug,
  instance_id: state.instanceId,
  resource_type: 'user',
  can_edit_body: true,
  can_toggle: true,
  available_variables: VARIABLES,
  required_variables: [],
  from_email_name: 'noreply',
  reply_to_email_name: 'noreply',
  delivered_by_clerk: true,
  enabled: true,
  flagged_as_suspicious: false,
});

/** The templates of a type. The built-in ones are rows from the first time that anybody asks for one. */
export function templatesOf(state: InstanceState, type: string): MessageTemplateRow[] {
  const table = state.table('templates');
  for (const [builtInType, slug] of BUILT_IN) {
    if (builtInType !== type || table.by('key', `${type}/${slug}`).length > 0) continue;
    insert(state, templates, {
      ...common(state, type, slug),
      ...builtIn(type, slug),
      can_revert: false,
      can_delete: false,
    });
  }
  return table.by('template_type', type);
}

/** @throws ApiError 404 */
export function findTemplate(state: InstanceState, type: string, slug: string): MessageTemplateRow {
  const row = templatesOf(state, type).find((template) => template.slug === slug);
  if (!row) throw notFound(`${type} template`, slug);
  return row;
}

/** Replaces all that the body says; what it leaves out stays. @throws ApiError 422 */
export function upsertTemplate(
  state: InstanceState,
  type: string,
  slug: string,
  body: Partial<TemplatesUpsertParams>,
): MessageTemplateRow {
  const known = templatesOf(state, type).find((template) => template.slug === slug);
  if (typeof body.body !== 'string') throw missing('body');
  const fields: Draft<MessageTemplateRow> = {
    ...presentFields(body),
    markup: body.markup ?? body.body,
    can_revert: builtIn(type, slug) !== undefined,
  };
  if (known) return change(state, templates, known.id, fields);
  const position = state.table('templates').size;
  return insert(state, templates, { ...common(state, type, slug), name: slug, position, can_delete: true, ...fields });
}

/** @throws ApiError 400 */
export function revertTemplate(state: InstanceState, row: MessageTemplateRow): MessageTemplateRow {
  const original = builtIn(row.template_type ?? '', row.slug ?? '');
  if (original === undefined) throw refusal('template_revert_error');
  return change(state, templates, row.id, { ...original, delivered_by_clerk: true, can_revert: false });
}

/** The template with its variables filled in; `{{name}}` stays where nothing is known about it. */
export function previewTemplate(state: InstanceState, row: MessageTemplateRow, body: TemplatesPreviewParams): Fields {
  const values: Readonly<Record<string, string>> = {
    'app.name': 'Local instance',
    'app.url': state.frontendApiUrl,
    otp_code: '424242',
  };
  const render = (text: string | null | undefined) => (typeof text === 'string' ? fillTemplate(text, values) : null);
  return {
    subject: render(body.subject ?? row.subject),
    body: render(body.body ?? row.body),
    from_email_name: body.from_email_name ?? row.from_email_name,
    reply_to_email_name: body.reply_to_email_name ?? row.reply_to_email_name,
  };
}

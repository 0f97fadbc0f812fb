/** Email and SMS templates: Clerk's own exist by default, and can be changed and reverted. */
import type { Row, InstanceState } from '../../../state/instance-state.js';
import { change, defineResource, insert, list } from '../../../model/records/resource.js';
import { bodyOf } from '../../engine/operation.js';
import type { Handler, Handlers, OperationCall } from '../../engine/operation.js';
import { missing, notFound } from '../../../model/records/refusals.js';
import { lookUp } from '../../../shared/look-up.js';

type Fields = Readonly<Record<string, unknown>>;

const templates = defineResource({
  table: 'templates',
  object: 'template',
  idPrefix: 'tmpl',
  component: 'Template',
  sortKeys: ['position'],
});

/** Type, slug, name, body: what exists before anybody changes it. */
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

const VARIABLES = ['app.name', 'app.url', 'otp_code', 'magic_link', 'action_url', 'org.name'];

function builtIn(type: string, slug: string): Fields | undefined {
  const position = BUILT_IN.findIndex(([t, s]) => t === type && s === slug);
  const found = BUILT_IN[position];
  return (
    found && { name: found[2], body: found[3], markup: found[3], subject: type === 'email' ? found[2] : null, position }
  );
}

const common = (state: InstanceState, type: string, slug: string): Fields => ({
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

/** The built-in templates are rows from the first time that anybody asks for one of their type. */
function ensure(state: InstanceState, type: string): void {
  const table = state.table(templates.table);
  for (const [builtInType, slug] of BUILT_IN) {
    if (builtInType !== type || table.by('key', `${type}/${slug}`).length > 0) continue;
    insert(state, templates, {
      ...common(state, type, slug),
      ...builtIn(type, slug),
      can_revert: false,
      can_delete: false,
    });
  }
}

function templateOf(call: OperationCall, state: InstanceState): Row {
  const { template_type: type = '', slug = '' } = call.params;
  ensure(state, type);
  const row = state.table(templates.table).by('key', `${type}/${slug}`)[0];
  if (!row) throw notFound(`${type} template`, slug);
  return row;
}

/** Replaces all that the body says; what it leaves out goes back to its default. */
const upsert: Handler = (call, state) => {
  const { template_type: type = '', slug = '' } = call.params;
  ensure(state, type);
  const body = bodyOf(call);
  if (typeof body['body'] !== 'string') throw missing('body');
  const given = Object.fromEntries(Object.entries(body).filter(([, value]) => value !== null && value !== undefined));
  const fields = { ...given, markup: body['markup'] ?? body['body'], can_revert: builtIn(type, slug) !== undefined };
  const known = state.table(templates.table).by('key', `${type}/${slug}`)[0];
  if (known) return change(state, templates, known.id, fields);
  const position = [...state.table(templates.table).all()].length;
  return insert(state, templates, { ...common(state, type, slug), name: slug, position, can_delete: true, ...fields });
};

/** `{{name}}` stays where nothing is known about it. */
const preview: Handler = (call, state) => {
  const row = templateOf(call, state);
  const body = bodyOf(call);
  const values: Readonly<Record<string, string>> = {
    'app.name': 'Local instance',
    'app.url': state.frontendApiUrl,
    otp_code: '424242',
  };
  const render = (text: unknown) =>
    typeof text === 'string'
      ? text.replace(/\{\{\s*([\w.]+)\s*\}\}/g, (all, name: string) => lookUp(values, name) ?? all)
      : null;
  return {
    subject: render(body['subject'] ?? row['subject']),
    body: render(body['body'] ?? row['body']),
    from_email_name: body['from_email_name'] ?? row['from_email_name'],
    reply_to_email_name: body['reply_to_email_name'] ?? row['reply_to_email_name'],
  };
};

export const templateHandlers: Handlers = {
  GetTemplateList: (call, state) => {
    const type = call.params['template_type'] ?? '';
    ensure(state, type);
    const rows = state.table(templates.table).by('template_type', type);
    return list(state, templates, { ...call.query, order_by: '+position' }, { rows });
  },
  GetTemplate: templateOf,
  UpsertTemplate: upsert,
  RevertTemplate: (call, state) => {
    const row = templateOf(call, state);
    const original = builtIn(String(row['template_type']), String(row['slug']));
    return change(state, templates, row.id, { ...original, delivered_by_clerk: true, can_revert: false });
  },
  PreviewTemplate: preview,
  ToggleTemplateDelivery: (call, state) => {
    const row = templateOf(call, state);
    return change(state, templates, row.id, {
      delivered_by_clerk: bodyOf(call)['delivered_by_clerk'] ?? row['delivered_by_clerk'] !== true,
    });
  },
};

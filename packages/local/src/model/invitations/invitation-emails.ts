/** The e-mail of an invitation: stored, reported to webhooks, and delivered to nobody. */
import type { InstanceState } from '../../state/instance-state.js';
import { queueEmail } from '../instance/emails.js';
import { environmentOf } from '../instance/environment.js';
import { fillTemplate, findTemplate } from '../instance/message-templates.js';

export type InvitationTemplate = 'invitation' | 'waitlist_invitation' | 'organization_invitation';

export interface Invited {
  readonly email_address: string;
  /** The link. */
  readonly url?: string | null | undefined;
}

/** @param organizationName of an invitation to an organization */
export function sendInvitation(
  state: InstanceState,
  slug: InvitationTemplate,
  { email_address: address, url }: Invited,
  organizationName?: string,
): void {
  const app = { name: environmentOf(state).display_config.application_name, url: state.frontendApiUrl };
  const action = url ?? '';
  const values = {
    'app.name': app.name,
    'app.url': app.url,
    action_url: action,
    'org.name': organizationName ?? '',
  };
  const template = findTemplate(state, 'email', slug);
  const body = fillTemplate(template.body ?? '', values);
  queueEmail(state, {
    slug,
    from_email_name: template.from_email_name ?? 'noreply',
    to_email_address: address,
    email_address_id: null,
    user_id: null,
    subject: fillTemplate(template.subject ?? '', values),
    body,
    body_plain: body,
    data: { app, action_url: action, ...(organizationName === undefined ? {} : { org: { name: organizationName } }) },
  });
}

/** The email that brings an invitation: kept, told to webhooks, and delivered to nobody. */
import type { InstanceState } from '../../state/instance-state.js';
import { emails } from '../instance/emails.js';
import { filled, findTemplate } from '../instance/message-templates.js';
import { insert } from '../records/resource.js';

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
  const app = { name: 'Local application', url: state.frontendApiUrl };
  const action = url ?? '';
  const values = {
    'app.name': app.name,
    'app.url': app.url,
    action_url: action,
    'org.name': organizationName ?? '',
  };
  const template = findTemplate(state, 'email', slug);
  const body = filled(template.body ?? '', values);
  const email = insert(state, emails, {
    slug,
    from_email_name: template.from_email_name ?? 'noreply',
    to_email_address: address,
    email_address_id: null,
    user_id: null,
    subject: filled(template.subject ?? '', values),
    body,
    body_plain: body,
    status: 'queued',
    data: { app, action_url: action, ...(organizationName === undefined ? {} : { org: { name: organizationName } }) },
    delivered_by_clerk: true,
  });
  state.emit('email.created', email);
}

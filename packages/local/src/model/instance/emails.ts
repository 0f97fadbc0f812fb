/** E-mails: stored, reported to webhooks, and delivered to nobody; those that an application sends through the Backend API. */
import { isRecord } from '../../../../../src/ground/is-record.js';
import type { Draft, InstanceState } from '../../state/instance-state.js';
import type { EmailRow, Fields } from '../../state/rows.js';
import { missing } from '../records/refusals.js';
import { defineResource, find, insert } from '../records/resource.js';
import { readEmailAddress } from '../records/text-formats.js';
import { primaryText } from '../users/person.js';
import { users } from '../users/user-records.js';

export const emails = defineResource('emails', { object: 'email', idPrefix: 'ema', component: '' });

/** Stores an e-mail. No webhook tells of it. */
export const storeEmail = (state: InstanceState, fields: Draft<EmailRow>): EmailRow =>
  insert(state, emails, { slug: null, data: null, status: 'queued', delivered_by_clerk: true, ...fields });

/** Stores an e-mail and reports it to the webhooks. */
export function queueEmail(state: InstanceState, fields: Draft<EmailRow>): EmailRow {
  const email = storeEmail(state, fields);
  state.emit('email.created', email);
  return email;
}

/** The document does not describe the body, so nothing has checked it. */
export interface NewEmail {
  readonly to?: unknown;
  readonly from?: unknown;
  readonly subject?: unknown;
  readonly html?: unknown;
  readonly text?: unknown;
}

/** @throws ApiError 404, 422 */
export function sendEmail(state: InstanceState, { to, from, subject, html, text }: NewEmail): EmailRow {
  if (!isRecord(to)) throw missing('to');
  const sender = isRecord(from) ? from['address'] : undefined;
  if (typeof sender !== 'string') throw missing('from.address');
  if (typeof subject !== 'string') throw missing('subject');
  const body = typeof html === 'string' ? html : text;
  if (typeof body !== 'string') throw missing('html');
  const { user_id: userId, address }: Fields = to;
  const user = typeof userId === 'string' ? find(state, users, userId) : null;
  return queueEmail(state, {
    from_email_name: sender,
    to_email_address: user ? primaryText(state, user, 'email_address') : readEmailAddress(address, 'to.address'),
    email_address_id: user?.primary_email_address_id ?? null,
    user_id: user?.id ?? null,
    subject,
    body,
    body_plain: text ?? null,
  });
}

/** Messages that an application sends through Clerk: kept, told to webhooks, and delivered to nobody. */
import type { Row, InstanceState } from '../../../state/instance-state.js';
import { readEmailAddress } from '../../../model/records/text-formats.js';
import { defineResource, find, getOf, insert } from '../../../model/records/resource.js';
import { ApiError, bodyOf } from '../../engine/operation.js';
import type { Handlers } from '../../engine/operation.js';
import { missing } from '../../../model/records/refusals.js';
import { primaryText, users } from '../../../model/users/user-records.js';

type Fields = Readonly<Record<string, unknown>>;

const emails = defineResource({ table: 'emails', object: 'email', idPrefix: 'ema', component: '' });

/** @throws ApiError 404, 422 */
function create(state: InstanceState, body: Fields): Row {
  const { to, from, subject, html, text } = body as { to?: Fields; from?: Fields } & Fields;
  if (!to) throw missing('to');
  if (typeof from?.['address'] !== 'string') throw missing('from.address');
  if (typeof subject !== 'string') throw missing('subject');
  if (typeof html !== 'string' && typeof text !== 'string') throw missing('html');
  const user = typeof to['user_id'] === 'string' ? find(state, users, to['user_id']) : null;
  const address = user
    ? primaryText(state, user, 'email_addresses', 'email_address')
    : readEmailAddress(to['address'], 'to.address');
  const email = insert(state, emails, {
    from_email_name: from['address'],
    to_email_address: address,
    email_address_id: user?.['primary_email_address_id'] ?? null,
    user_id: user?.id ?? null,
    subject,
    body: html ?? text,
    body_plain: text ?? null,
    status: 'queued',
    slug: null,
    data: null,
    delivered_by_clerk: true,
  });
  state.emit('email.created', email);
  return email;
}

/** One result for each message; a bad one does not stop the others. */
function createEach(state: InstanceState, messages: readonly Fields[]): Fields[] {
  return messages.map((message, index) => {
    try {
      return { index, status_code: 200, email: create(state, message) };
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      const { code, message: short, longMessage: long, meta } = error;
      return {
        index,
        status_code: error.status,
        errors: [{ code, message: short, long_message: long, ...(meta ? { meta } : {}) }],
      };
    }
  });
}

export const emailHandlers: Handlers = {
  CreateEmail: (call, state) => create(state, bodyOf(call)),
  CreateEmailBatch: (call, state) => {
    const { messages } = bodyOf(call);
    if (!Array.isArray(messages)) throw missing('messages');
    return createEach(state, messages as readonly Fields[]);
  },
  GetEmail: getOf(emails),
};

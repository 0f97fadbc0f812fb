/** Messages that the instance itself would send: stored, reported to webhooks, delivered to nobody. */
import type { InstanceState } from '../../state/instance-state.js';
import type { EmailRow, Fields, SmsRow } from '../../state/rows.js';
import { storeEmail } from '../instance/emails.js';
import { environmentOf } from '../instance/environment.js';
import { fillTemplate, findTemplate } from '../instance/message-templates.js';
import { isTestAddress } from './codes.js';

export interface Recipient {
  readonly channel: 'email' | 'sms';
  /** Address or number. */
  readonly to: string;
  /** The id of the address or number; undefined during a sign-up, which has no rows for them yet. */
  readonly identificationId?: string | undefined;
  readonly userId?: string | undefined;
}

/** The template of a message, by the strategy that needs it. */
const SLUGS: Readonly<Record<string, string>> = {
  email_link: 'magic_link_sign_in',
  reset_password_email_code: 'reset_password_code',
  reset_password_phone_code: 'reset_password_code',
};

/** @param secret the code, or the link */
export function deliver(state: InstanceState, strategy: string, recipient: Recipient, secret: string): void {
  const slug = SLUGS[strategy] ?? 'verification_code';
  const variable = strategy === 'email_link' ? 'magic_link' : 'otp_code';
  const app = { name: environmentOf(state).display_config.application_name, url: state.frontendApiUrl };
  const data: Fields = { app, [variable]: secret };
  const template = findTemplate(state, recipient.channel, slug);
  const text = fillTemplate(template.body ?? '', { 'app.name': app.name, 'app.url': app.url, [variable]: secret });
  const common = { slug, data, user_id: recipient.userId ?? null, status: 'queued', delivered_by_clerk: true };
  const row =
    recipient.channel === 'email' ? email(state, recipient, text, common) : sms(state, recipient, text, common);
  // Nothing is ever sent to addresses that are made for tests.
  if (!isTestAddress(state, recipient.to)) state.emit(`${recipient.channel}.created`, row);
}

function email(state: InstanceState, { to, identificationId }: Recipient, text: string, common: Fields): EmailRow {
  return storeEmail(state, {
    ...common,
    from_email_name: 'noreply',
    to_email_address: to,
    email_address_id: identificationId ?? null,
    subject: text,
    body: text,
    body_plain: text,
  });
}

function sms(state: InstanceState, { to, identificationId }: Recipient, text: string, common: Fields): SmsRow {
  const now = state.now();
  return state.table('sms_messages').insert({
    id: state.id('sms'),
    object: 'sms_message',
    from_phone_number: '+15005550006',
    to_phone_number: to,
    phone_number_id: identificationId ?? null,
    message: text,
    ...common,
    created_at: now,
    updated_at: now,
  });
}

/** A message as tests look at it. */
export interface SentMessage {
  readonly id: string;
  readonly channel: 'email' | 'sms';
  readonly to: string;
  readonly subject: string | null;
  readonly body: string;
  /** The code in it; null for other messages. */
  readonly code: string | null;
  /** The link in it; null for other messages. */
  readonly link: string | null;
  /** ms */
  readonly createdAt: number;
}

const textIn = (fields: unknown, name: string): string | null => {
  const value = typeof fields === 'object' && fields !== null ? (fields as Fields)[name] : undefined;
  return typeof value === 'string' ? value : null;
};

/** All messages, oldest first. */
export function sentMessages(state: InstanceState): SentMessage[] {
  const shared = ({ id, data, created_at: createdAt }: { id: string; created_at: number } & Fields) => ({
    id,
    code: textIn(data, 'otp_code'),
    link: textIn(data, 'magic_link'),
    createdAt,
  });
  const byEmail = state
    .table('emails')
    .rows()
    .map((row): SentMessage => ({
      ...shared(row),
      channel: 'email',
      to: String(row['to_email_address']),
      subject: row.subject,
      body: row.body,
    }));
  const bySms = state
    .table('sms_messages')
    .rows()
    .map((row): SentMessage => ({
      ...shared(row),
      channel: 'sms',
      to: row.to_phone_number,
      subject: null,
      body: row.message,
    }));
  return [...byEmail, ...bySms].sort((a, b) => a.createdAt - b.createdAt);
}

/** @throws Error if no code was sent there */
export function lastCode(state: InstanceState, to: string): string {
  const wanted = to.toLowerCase();
  const code = sentMessages(state).findLast((message) => message.to === wanted && message.code !== null)?.code;
  if (code === undefined || code === null) throw new Error(`No code was sent to ${to}.`);
  return code;
}

import { isRecord } from '../../../../../src/ground/is-record.js';
import { compileProjection } from '../../document/projection.js';
import type { InstanceState, Row } from '../../state/instance-state.js';
import type { Fields, SessionRow } from '../../state/rows.js';
import { memberships, membershipOf, organizations } from '../organizations/organization-records.js';
import { pictureUrl } from '../records/images.js';
import type { Resource } from '../records/resource.js';
import { sessionStatus } from '../sessions/sessions.js';
import { isVerified } from '../users/identifications.js';
import { fullName } from '../users/person.js';
import { users } from '../users/user-records.js';

/** What a shortcode such as `{{user.public_metadata.plan}}` looks into. */
type Context = Fields;

/** Quoted text may hold braces. */
const EXPRESSION = String.raw`\{\{((?:"[^"]*"|'[^']*'|[^{}"'])+)\}\}`;
const SHORTCODE = new RegExp(EXPRESSION, 'g');
const WHOLE = new RegExp(String.raw`^\s*${EXPRESSION}\s*$`);
/** `||`, and what stands between two of them; quoted text may hold some too. */
const PART = /\|\||(?:"[^"]*"|'[^']*'|(?!\|\|)[^])+/g;

/**
 * Claims of a JWT template with their shortcodes filled in. A string that is one shortcode becomes its value, of whatever type; in a longer string
 * values become text, and null the word. `{{user.first_name || 'friend'}}` gives the first value that is neither null nor false; empty text and 0
 * are values like any other.
 */
export function interpolate(claims: Fields, state: InstanceState, session: SessionRow): Fields {
  return fillMembers(claims, contextOf(state, session));
}

function fill(value: unknown, context: Context): unknown {
  if (typeof value === 'string') {
    const whole = WHOLE.exec(value)?.[1];
    if (whole !== undefined) return evaluate(whole, context);
    return value.replace(SHORTCODE, (_, expression: string) => toText(evaluate(expression, context)));
  }
  if (Array.isArray(value)) return value.map((item) => fill(item, context));
  return isRecord(value) ? fillMembers(value, context) : value;
}

function fillMembers(value: Fields, context: Context): Fields {
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, fill(member, context)]));
}

function evaluate(expression: string, context: Context): unknown {
  const operands = (expression.match(PART) ?? []).filter((part) => part !== '||');
  const values = operands.map((operand) => operandValue(operand.trim(), context) ?? null);
  return values.find((value) => value !== null && value !== false) ?? values.at(-1) ?? null;
}

function operandValue(operand: string, context: Context): unknown {
  const literal = /^(['"])(.*)\1$/.exec(operand)?.[2];
  if (literal !== undefined) return literal;
  if (operand === 'true' || operand === 'false') return operand === 'true';
  if (/^-?\d+(\.\d+)?$/.test(operand)) return Number(operand);
  return operand.split('.').reduce<unknown>((holder, name) => {
    return isRecord(holder) && Object.hasOwn(holder, name) ? holder[name] : undefined;
  }, context);
}

function toText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function contextOf(state: InstanceState, session: SessionRow): Context {
  const organization = state.table('organizations').get(session.last_active_organization_id);
  const membership = organization && membershipOf(state, organization.id, session.user_id);
  return {
    user: userContext(state, session.user_id),
    org: organization && { ...shown(state, organizations, organization), role: membership?.role },
    org_membership: membership && shown(state, memberships, membership),
    session: { id: session.id, actor: session.actor, status: sessionStatus(state, session) },
  };
}

/** What the API shows, but for private metadata: tokens reach browsers. Times are in seconds here, as everywhere in a token. */
function shown<R extends Row>(state: InstanceState, resource: Resource<R>, row: R): Context {
  const project = compileProjection({ $ref: `#/components/schemas/${resource.component}` });
  const { private_metadata: _, ...fields } = project(resource.view(row, state)) as Context;
  const inSeconds = (name: string, value: unknown) =>
    typeof value === 'number' && name.endsWith('_at') ? Math.floor(value / 1000) : value;
  const context = Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, inSeconds(name, value)]));
  const { table } = resource;
  if (table !== 'users' && table !== 'organizations') return context;
  // The picture itself would make a token larger than any header.
  return { ...context, image_url: pictureUrl(state, table, row.id, fields['image_url']) };
}

function userContext(state: InstanceState, userId: string): Context {
  const row = state.table('users').get(userId);
  if (row === undefined) return { id: userId };
  const email = state.table('email_addresses').get(row.primary_email_address_id);
  const phone = state.table('phone_numbers').get(row.primary_phone_number_id);
  return {
    ...shown(state, users, row),
    full_name: fullName(row) || null,
    primary_email_address: email?.email_address,
    email_verified: isVerified(email),
    primary_phone_number: phone?.phone_number,
    phone_number_verified: isVerified(phone),
    organizations: Object.fromEntries(
      state
        .table('organization_memberships')
        .by('user_id', userId)
        .map((membership) => [membership.organization_id, membership.role]),
    ),
  };
}

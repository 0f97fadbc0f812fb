import { isRecord } from '../../../../../src/ground/is-record.js';
import { compileProjection } from '../../document/projection.js';
import type { InstanceState, Row } from '../../state/instance-state.js';
import type { Fields, SessionRow } from '../../state/rows.js';
import { memberships, membershipOf, organizations } from '../organizations/organization-records.js';
import type { Resource } from '../records/resource.js';
import { isVerified } from '../users/identifications.js';
import { users } from '../users/user-records.js';

/** What a shortcode such as `{{user.public_metadata.plan}}` looks into. */
type Context = Fields;

const SHORTCODE = /\{\{\s*([^{}]+?)\s*\}\}/g;
const WHOLE = /^\s*\{\{\s*([^{}]+?)\s*\}\}\s*$/;

/**
 * Claims of a JWT template with their shortcodes filled in. A string that is one shortcode becomes its value, of whatever type; in a longer string
 * values become text. `{{user.first_name || 'friend'}}` gives the first value that is there; what is not there is null, or empty text.
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
  let value: unknown;
  for (const operand of expression.split('||')) {
    value = operandValue(operand.trim(), context);
    if (value !== undefined && value !== null && value !== false && value !== '') return value;
  }
  return value ?? null;
}

function operandValue(operand: string, context: Context): unknown {
  const literal = /^(['"])(.*)\1$/.exec(operand)?.[2];
  if (literal !== undefined) return literal;
  if (/^-?\d+(\.\d+)?$/.test(operand)) return Number(operand);
  return operand.split('.').reduce<unknown>((holder, name) => {
    return isRecord(holder) && Object.hasOwn(holder, name) ? holder[name] : undefined;
  }, context);
}

function toText(value: unknown): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function contextOf(state: InstanceState, session: SessionRow): Context {
  const organization = state.table('organizations').get(session.last_active_organization_id);
  const membership = organization && membershipOf(state, organization.id, session.user_id);
  return {
    user: userContext(state, session.user_id),
    org: organization && { ...shown(state, organizations, organization), role: membership?.role },
    org_membership: membership && shown(state, memberships, membership),
    session: { id: session.id, actor: session.actor, status: session.status },
  };
}

/** What the API shows, but for private metadata: tokens reach browsers. */
function shown<R extends Row>(state: InstanceState, resource: Resource<R>, row: R): Context {
  const project = compileProjection({ $ref: `#/components/schemas/${resource.component}` });
  const { private_metadata: _, ...fields } = project(resource.view(row, state)) as Context;
  return fields;
}

function userContext(state: InstanceState, userId: string): Context {
  const row = state.table('users').get(userId);
  if (row === undefined) return { id: userId };
  const email = state.table('email_addresses').get(row.primary_email_address_id);
  const phone = state.table('phone_numbers').get(row.primary_phone_number_id);
  const names = [row.first_name, row.last_name].filter((name) => typeof name === 'string' && name !== '');
  return {
    ...shown(state, users, row),
    full_name: names.length > 0 ? names.join(' ') : null,
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

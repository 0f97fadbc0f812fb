import type { Resource } from '../records/resource.js';
import { compileProjection } from '../../document/projection.js';
import { memberships, organizations } from '../organizations/organization-records.js';
import { users } from '../users/user-records.js';
import { findMembership } from '../ensure.js';
import type { Row, InstanceState } from '../../state/instance-state.js';

/** What a shortcode such as `{{user.public_metadata.plan}}` looks into. */
type Context = Readonly<Record<string, unknown>>;

const SHORTCODE = /\{\{\s*([^{}]+?)\s*\}\}/g;
const WHOLE = /^\s*\{\{\s*([^{}]+?)\s*\}\}\s*$/;

/**
 * Claims of a JWT template with their shortcodes filled in. A string that is one shortcode becomes its value, of whatever type; in a longer string
 * values become text. `{{user.first_name || 'friend'}}` gives the first value that is there; what is not there is null, or empty text.
 */
export function interpolate(claims: unknown, state: InstanceState, session: Row): unknown {
  return fill(claims, contextOf(state, session));
}

function fill(value: unknown, context: Context): unknown {
  if (typeof value === 'string') {
    const whole = WHOLE.exec(value)?.[1];
    if (whole !== undefined) return evaluate(whole, context);
    return value.replace(SHORTCODE, (_, expression: string) => toText(evaluate(expression, context)));
  }
  if (Array.isArray(value)) return value.map((item) => fill(item, context));
  if (typeof value !== 'object' || value === null) return value;
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
    if (typeof holder !== 'object' || holder === null || !Object.hasOwn(holder, name)) return undefined;
    return (holder as Context)[name];
  }, context);
}

function toText(value: unknown): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function contextOf(state: InstanceState, session: Row): Context {
  const userId = String(session['user_id']);
  const organizationId = session['last_active_organization_id'];
  const organization =
    typeof organizationId === 'string' ? state.table('organizations').get(organizationId) : undefined;
  const membership = organization && findMembership(state, organization.id, userId);
  return {
    user: userContext(state, userId),
    org: organization && { ...shown(state, organizations, organization), role: membership?.['role'] },
    org_membership: membership && shown(state, memberships, membership),
    session: { id: session.id, actor: session['actor'], status: session['status'] },
  };
}

/** What the API shows, but for private metadata: tokens reach browsers. */
function shown(state: InstanceState, resource: Resource, row: Row): Context {
  const project = compileProjection({ $ref: `#/components/schemas/${resource.component}` });
  const { private_metadata: _, ...fields } = project(resource.view(row, state)) as Context;
  return fields;
}

function userContext(state: InstanceState, userId: string): Context {
  const row = state.table('users').get(userId);
  if (row === undefined) return { id: userId };
  const user = shown(state, users, row);
  const email = identifier(state, 'email_addresses', user['primary_email_address_id']);
  const phone = identifier(state, 'phone_numbers', user['primary_phone_number_id']);
  const names = [user['first_name'], user['last_name']].filter((name) => typeof name === 'string' && name !== '');
  return {
    ...user,
    full_name: names.length > 0 ? names.join(' ') : null,
    primary_email_address: email?.['email_address'],
    email_verified: isVerified(email),
    primary_phone_number: phone?.['phone_number'],
    phone_number_verified: isVerified(phone),
    organizations: Object.fromEntries(
      state
        .table('organization_memberships')
        .by('user_id', userId)
        .map((membership) => [String(membership['organization_id']), membership['role']]),
    ),
  };
}

function identifier(state: InstanceState, table: string, id: unknown): Row | undefined {
  return typeof id === 'string' ? state.table(table).get(id) : undefined;
}

function isVerified(row: Row | undefined): boolean {
  return (row?.['verification'] as { status?: unknown } | null | undefined)?.status === 'verified';
}

import { extrasOf, sessionStatus } from '../sessions/sessions.js';
import type { InstanceState } from '../../state/instance-state.js';
import type { MembershipRow, SessionRow } from '../../state/rows.js';
import { entitlementsOf, withScopes } from '../billing/entitlements.js';
import { membershipOf } from '../organizations/organization-records.js';
import { permissionKeysOf } from '../organizations/role-records.js';
import { CATEGORY, NOT_BEFORE_LEAD_SECONDS } from './categories.js';
import { largeClaims } from '../../ground/large-claims.js';
import { warn } from '../../ground/warn.js';
import { encodeOrganization, orderFeatures, type TokenOrganization } from './organization-claim.js';

/** Clerk's session tokens live a minute. */
const LIFETIME_SECONDS = 60;

export interface SessionTokenOptions {
  /** Negative: a token that expired so long ago. Default 60. */
  readonly expiresInSeconds?: number | undefined;
  /** Win over the session's own custom claims and over Clerk's. */
  readonly claims?: Readonly<Record<string, unknown>> | undefined;
  /** Origin of the browser that asks. */
  readonly azp?: string | undefined;
  /** Minutes since the first and second factor were verified; -1: never. Default: worked out from the session. */
  readonly fva?: readonly [number, number] | undefined;
  /** The claims of Clerk's older tokens (`org_id`, `org_role`, ...) instead of version 2. */
  readonly v1?: boolean | undefined;
}

/** A token of a session, with the current membership of its user. Does not check whether the session has ended. */
export function mintSessionToken(state: InstanceState, session: SessionRow, options: SessionTokenOptions = {}): string {
  const extras = extrasOf(session);
  const azp = options.azp ?? extras.azp;
  const status = sessionStatus(state, session);
  const payload: Record<string, unknown> = {
    ...extras.claims,
    ...(azp === undefined ? {} : { azp }),
    ...timesOf(state.now(), options.expiresInSeconds ?? LIFETIME_SECONDS),
    fva: options.fva ?? factorAges(state.now(), extras.verifiedAt),
    iss: state.frontendApiUrl,
    sid: session.id,
    sub: session.user_id,
    ...(session.actor === null || session.actor === undefined ? {} : { act: session.actor }),
    ...(status === 'active' || status === 'pending' ? { sts: status } : {}),
    ...(options.v1 === true ? claimsV1(state, session) : { ...claimsV2(state, session), jti: state.secret(20), v: 2 }),
    ...options.claims,
  };
  warnOnce(state, largeClaims(payload));
  return state.keys.sign({ cat: CATEGORY.session }, payload);
}

const warned = new WeakSet<InstanceState>();

function warnOnce(state: InstanceState, warning: string | null): void {
  if (warning === null || warned.has(state)) return;
  warned.add(state);
  warn(warning);
}

/** Dates in seconds. A token that has expired was issued before it did. */
export function timesOf(nowMs: number, expiresInSeconds: number): { exp: number; iat: number; nbf: number } {
  const now = Math.floor(nowMs / 1000);
  const exp = now + expiresInSeconds;
  const iat = expiresInSeconds > 0 ? now : exp - LIFETIME_SECONDS;
  return { exp, iat, nbf: iat - NOT_BEFORE_LEAD_SECONDS };
}

function claimsV2(state: InstanceState, session: SessionRow): Record<string, unknown> {
  const { features, plans } = entitlementsIn(state, session);
  const organization = activeOrganization(state, session);
  const encoded = organization === null ? null : encodeOrganization(organization, features);
  const fea = encoded === null ? orderFeatures(features).join(',') : encoded.fea;
  return {
    ...(encoded === null ? {} : { o: encoded.o }),
    ...(fea === '' ? {} : { fea }),
    ...(plans.length === 0 ? {} : { pla: plans.join(',') }),
  };
}

/** The plans and features of the user and the active organization, unless the session has its own. */
function entitlementsIn(state: InstanceState, session: SessionRow) {
  const extras = extrasOf(session);
  const none = { plans: [], features: [] };
  const ofUser = entitlementsOf(state, 'user', session.user_id) ?? none;
  const ofOrganization =
    entitlementsOf(state, 'organization', activeMembership(state, session)?.organization_id) ?? none;
  return {
    plans: extras.plans ?? withScopes(ofUser.plans, ofOrganization.plans),
    features: extras.features ?? withScopes(ofUser.features, ofOrganization.features),
  };
}

function claimsV1(state: InstanceState, session: SessionRow): Record<string, unknown> {
  const organization = activeOrganization(state, session);
  if (organization === null) return {};
  return {
    org_id: organization.id,
    org_slug: organization.slug,
    org_role: organization.role,
    org_permissions: organization.permissions.filter((key) => !key.startsWith('org:sys_')),
  };
}

/** The active organization as a token tells it; null without one, or if the user is no member of it any more. */
function activeOrganization(state: InstanceState, session: SessionRow): TokenOrganization | null {
  const membership = activeMembership(state, session);
  const organization = state.table('organizations').get(membership?.organization_id);
  if (organization === undefined || membership === undefined) return null;
  const { role } = membership;
  const slug = typeof organization.slug === 'string' ? organization.slug : null;
  const permissions = extrasOf(session).permissions ?? entitledPermissions(state, session, organization.id, role);
  return { id: organization.id, slug, role, permissions };
}

function activeMembership(state: InstanceState, session: SessionRow): MembershipRow | undefined {
  const id = session.last_active_organization_id;
  return typeof id === 'string' ? membershipOf(state, id, session.user_id) : undefined;
}

/** The permissions of the role whose feature is part of the organization's plan. */
function entitledPermissions(state: InstanceState, session: SessionRow, organizationId: string, role: string) {
  const keys = permissionKeysOf(state, role);
  const sold = extrasOf(session).features === undefined ? entitlementsOf(state, 'organization', organizationId) : null;
  return sold === null ? keys : keys.filter((key) => sold.features.includes(key.split(':')[1] ?? ''));
}

export function factorAges(
  now: number,
  verifiedAt: readonly [number | null, number | null] = [now, null],
): [number, number] {
  const age = (at: number | null): number => (at === null ? -1 : Math.max(0, Math.floor((now - at) / 60_000)));
  return [age(verifiedAt[0]), age(verifiedAt[1])];
}

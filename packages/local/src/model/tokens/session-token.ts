import { extrasOf, sessionStatus } from '../sessions/sessions.js';
import type { InstanceState } from '../../state/instance-state.js';
import type { SessionRow } from '../../state/rows.js';
import { membershipOf } from '../organizations/organization-records.js';
import { permissionKeysOf } from '../organizations/role-records.js';
import { CATEGORY, NOT_BEFORE_LEAD_SECONDS } from './categories.js';
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

/** A token for a session, saying what its user's membership says now. Does not ask whether the session is still going. */
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
    ...(options.v1 === true
      ? organizationV1(state, session)
      : { ...versionTwo(state, session), jti: state.secret(20), v: 2 }),
    ...options.claims,
  };
  return state.keys.sign({ cat: CATEGORY.session }, payload);
}

/** Dates in seconds. A token that has expired was issued before it did. */
export function timesOf(nowMs: number, expiresInSeconds: number): { exp: number; iat: number; nbf: number } {
  const now = Math.floor(nowMs / 1000);
  const exp = now + expiresInSeconds;
  const iat = expiresInSeconds > 0 ? now : exp - LIFETIME_SECONDS;
  return { exp, iat, nbf: iat - NOT_BEFORE_LEAD_SECONDS };
}

function versionTwo(state: InstanceState, session: SessionRow): Record<string, unknown> {
  const { features = [], plans = [] } = extrasOf(session);
  const organization = activeOrganization(state, session);
  const encoded = organization === null ? null : encodeOrganization(organization, features);
  const fea = encoded === null ? orderFeatures(features).join(',') : encoded.fea;
  return {
    ...(encoded === null ? {} : { o: encoded.o }),
    ...(fea === '' ? {} : { fea }),
    ...(plans.length === 0 ? {} : { pla: plans.join(',') }),
  };
}

function organizationV1(state: InstanceState, session: SessionRow): Record<string, unknown> {
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
  const organization = state.table('organizations').get(session.last_active_organization_id);
  const membership = organization && membershipOf(state, organization.id, session.user_id);
  if (organization === undefined || membership === undefined) return null;
  const { role } = membership;
  const slug = typeof organization.slug === 'string' ? organization.slug : null;
  const permissions = extrasOf(session).permissions ?? permissionKeysOf(state, role);
  return { id: organization.id, slug, role, permissions };
}

export function factorAges(
  now: number,
  verifiedAt: readonly [number | null, number | null] = [now, null],
): [number, number] {
  const age = (at: number | null): number => (at === null ? -1 : Math.max(0, Math.floor((now - at) / 60_000)));
  return [age(verifiedAt[0]), age(verifiedAt[1])];
}

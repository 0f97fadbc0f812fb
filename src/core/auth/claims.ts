/** Reads the claims of a verified session token (versions 1 and 2). Malformed claims grant nothing. */
import type { Actor, FactorVerificationAge, SessionClaims, SessionStatus } from '../../types.js';
import { decodePermissions, parseScopedList, type ScopedSlug } from './permissions.js';
import { isRecord } from '../../ground/is-record.js';

export interface Membership {
  readonly orgId: string | null;
  readonly orgSlug: string | null;
  /** With exactly one leading `org:`. */
  readonly orgRole: string | null;
  readonly orgPermissions: readonly string[] | null;
}

export interface SessionIdentity extends Membership {
  readonly userId: string;
  readonly sessionId: string | null;
  readonly sessionStatus: SessionStatus | null;
  readonly actor: Actor | null;
  readonly factorVerificationAge: FactorVerificationAge | null;
  /** Parsed on demand. */
  readonly features: () => readonly ScopedSlug[];
  readonly plans: () => readonly ScopedSlug[];
}

type Claims = Readonly<Record<string, unknown>>;

const NO_ORGANIZATION: Membership = { orgId: null, orgSlug: null, orgRole: null, orgPermissions: null };

const textOrNull = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);

/** A role or permission with exactly one leading `org:`; null for what is empty or no text. */
export function withOrgPrefix(value: unknown): string | null {
  if (typeof value !== 'string') return null;
  // The usual spelling needs no new text: every guarded request comes here.
  if (value.length > 4 && value.startsWith('org:') && !value.startsWith('org:', 4)) return value;
  let bare = value;
  while (bare.startsWith('org:')) bare = bare.slice(4);
  return bare === '' ? null : `org:${bare}`;
}

/** Only `v` = 2 has the claims of version 2. Any other is read as version 1, so an unknown version has no organization. */
function organizationOf(claims: Claims): Membership {
  return claims['v'] === 2 ? organizationV2(claims) : organizationV1(claims);
}

function organizationV1(claims: Claims): Membership {
  const orgId = textOrNull(claims['org_id']);
  if (orgId === null) return NO_ORGANIZATION;
  const permissions = claims['org_permissions'];
  return {
    orgId,
    orgSlug: textOrNull(claims['org_slug']),
    orgRole: withOrgPrefix(claims['org_role']),
    orgPermissions: Array.isArray(permissions)
      ? Object.freeze(permissions.filter((item): item is string => textOrNull(item) !== null))
      : null,
  };
}

function organizationV2(claims: Claims): Membership {
  const organization = claims['o'];
  const orgId = isRecord(organization) ? textOrNull(organization['id']) : null;
  if (!isRecord(organization) || orgId === null) return NO_ORGANIZATION;
  return {
    orgId,
    orgSlug: textOrNull(organization['slg']),
    orgRole: withOrgPrefix(organization['rol']),
    orgPermissions: Object.freeze(decodePermissions(claims['fea'], organization['per'], organization['fpm'])),
  };
}

/** Two ages in minutes, each -1 or more; null for anything else. */
export function parseFactorAge(value: unknown): FactorVerificationAge | null {
  if (!Array.isArray(value) || value.length !== 2) return null;
  const [first, second] = value as readonly unknown[];
  return isAge(first) && isAge(second) ? Object.freeze([first, second] as const) : null;
}

const isAge = (value: unknown): value is number =>
  typeof value === 'number' && Number.isFinite(value) && (value === -1 || value >= 0);

/** An unknown status counts as `pending`. */
function statusOf(value: unknown): SessionStatus | null {
  if (value === undefined || value === null) return null;
  return value === 'active' ? 'active' : 'pending';
}

/** The signature of the claims has been verified; their types have not. */
export function readSession(claims: SessionClaims): SessionIdentity {
  const raw: Claims = claims;
  const actor = raw['act'];
  const { orgId, orgSlug, orgRole, orgPermissions } = organizationOf(raw);
  return {
    userId: claims.sub,
    sessionId: textOrNull(raw['sid']),
    sessionStatus: statusOf(raw['sts']),
    actor: isRecord(actor) ? (actor as Actor) : null,
    orgId,
    orgSlug,
    orgRole,
    orgPermissions,
    factorVerificationAge: parseFactorAge(raw['fva']),
    features: () => parseScopedList(raw['fea']) ?? [],
    plans: () => parseScopedList(raw['pla']) ?? [],
  };
}

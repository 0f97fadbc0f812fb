/** Tokens for links into the admin portal. There is no portal here: they are made, shown and revoked. */
import type { AdminPortalLinkTokensCreateParams } from '../../../../../src/api/generated/types.js';
import type { InstanceState } from '../../state/instance-state.js';
import type { Fields, PortalTokenRow } from '../../state/rows.js';
import { organizations } from '../organizations/organization-records.js';
import { change, create, defineResource, find } from '../records/resource.js';

export const portalTokens = defineResource('admin_portal_link_tokens', {
  object: 'admin_portal_link_token',
  idPrefix: 'aplt',
  component: '',
  view: ({ token: _token, ...row }, state) => ({
    ...row,
    instance_id: state.instanceId,
    expired: row.expiration <= state.now(),
  }),
});

/** Shows the token, once. @throws ApiError 404 */
export function createPortalToken(state: InstanceState, body: AdminPortalLinkTokensCreateParams): Fields {
  const { organization_id: organization, seconds_until_expiration: seconds = 3600 } = body;
  const row = create(state, portalTokens, {
    admin_portal_link_id: state.id('apl'),
    organization_id: organization === undefined ? null : find(state, organizations, organization).id,
    it_contact_id: body.it_contact_id ?? null,
    scopes: body.scopes ?? null,
    token: `aplt_${state.secret(32)}`,
    revoked: false,
    revocation_reason: null,
    expiration: state.now() + seconds * 1000,
  });
  return { ...portalTokens.view(row, state), token: row.token };
}

/** Idempotent: the first reason stays. @throws ApiError 404 */
export function revokePortalToken(state: InstanceState, id: string, reason: string | null | undefined): PortalTokenRow {
  const row = find(state, portalTokens, id);
  return row.revoked ? row : change(state, portalTokens, id, { revoked: true, revocation_reason: reason ?? null });
}

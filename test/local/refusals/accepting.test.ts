import { beforeEach, expect, it } from 'vitest';
import { acceptInvitation, invite } from '../../../packages/local/src/model/invitations/invitations.js';
import {
  acceptOrganizationInvitation,
  inviteToOrganization,
} from '../../../packages/local/src/model/organizations/organization-invitations.js';
import { organizations } from '../../../packages/local/src/model/organizations/organization-records.js';
import { find } from '../../../packages/local/src/model/records/resource.js';
import { seededState } from '../backend-api/support.js';

const { state, ids, start } = seededState();
beforeEach(() => {
  state.restore(start);
});

/** Ends an invitation, and says with which code its acceptance is refused. */
function codeOf(accept: () => unknown): unknown {
  try {
    accept();
  } catch (error) {
    return [(error as { status?: unknown }).status, (error as { code?: unknown }).code];
  }
  return undefined;
}

it('an invitation is accepted once, while it is valid', () => {
  const made = () => invite(state, [{ email_address: 'new@example.com', ignore_existing: true }])[0]?.id ?? '';
  const [used, revoked, old] = [made(), made(), made()];
  const accept = (id: string) => () => acceptInvitation(state, id);
  expect(codeOf(accept(used))).toBeUndefined();
  expect(codeOf(accept(used))).toEqual([400, 'invitation_already_accepted']);
  state.table('invitations').update(revoked, { status: 'revoked' });
  expect(codeOf(accept(revoked))).toEqual([400, 'revoked_invitation']);
  state.clock.advance('29d');
  expect(codeOf(accept(made()))).toBeUndefined();
  state.clock.advance('1d');
  expect(codeOf(accept(old))).toEqual([400, 'ticket_expired_code']);
});

it('an invitation to an organization is accepted once, while it is valid', () => {
  const organization = find(state, organizations, ids['organization_id'] ?? '');
  const made = (n: number) =>
    inviteToOrganization(state, organization, [{ email_address: `u${n}@example.com`, role: 'org:member' }])[0]?.id ??
    '';
  const [used, revoked, old] = [made(1), made(2), made(3)];
  const accept = (id: string) => () => acceptOrganizationInvitation(state, id, ids['other_user_id'] ?? '');
  expect(codeOf(accept(used))).toBeUndefined();
  expect(codeOf(accept(used))).toEqual([400, 'organization_invitation_already_accepted']);
  state.table('organization_invitations').update(revoked, { status: 'revoked' });
  expect(codeOf(accept(revoked))).toEqual([400, 'organization_invitation_revoked_code']);
  state.clock.advance('30d');
  expect(codeOf(accept(old))).toEqual([400, 'ticket_expired_code']);
});

/** Allowlist and blocklist. */
import type { InstanceState, Row } from '../../state/instance-state.js';
import type { TableRows } from '../../state/rows.js';
import { invite } from '../invitations/invitations.js';
import { refusal } from '../records/refusals.js';
import { create, defineResource, type Resource } from '../records/resource.js';
import { identifierType } from '../records/text-formats.js';

export const allowlist = defineResource('allowlist_identifiers', {
  object: 'allowlist_identifier',
  idPrefix: 'alid',
  component: 'AllowlistIdentifier',
});

export const blocklist = defineResource('blocklist_identifiers', {
  object: 'blocklist_identifier',
  idPrefix: 'blid',
  component: 'BlocklistIdentifier',
});

/** The fields of a new entry. @throws ApiError 400 if it is on the list, 422 if it is no identifier */
function prepare<R extends Row & { identifier?: string }>(state: InstanceState, list: Resource<R>, text: string) {
  const identifier = text.trim().toLowerCase();
  const type = identifierType(identifier);
  if (list.tableIn(state).by('identifier', identifier).length > 0) {
    throw refusal('duplicate_record', `${identifier} is on the list already.`, { paramName: 'identifier' });
  }
  return { identifier, identifier_type: type, instance_id: state.instanceId };
}

/** @param notify invites the address, unless it is a whole domain. @throws ApiError 400, 422 */
export function allowIdentifier(
  state: InstanceState,
  text: string,
  notify: boolean,
): TableRows['allowlist_identifiers'] {
  const fields = prepare(state, allowlist, text);
  const isAddress = fields.identifier_type === 'email_address' && /^[^*@]+@/.test(text);
  if (!notify || !isAddress) return create(state, allowlist, fields);
  const [invitation] = invite(state, [{ email_address: text, ignore_existing: true }]);
  return create(state, allowlist, { ...fields, invitation_id: invitation?.id });
}

/** @throws ApiError 400, 422 */
export function blockIdentifier(state: InstanceState, text: string): TableRows['blocklist_identifiers'] {
  return create(state, blocklist, prepare(state, blocklist, text));
}

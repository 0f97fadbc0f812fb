/** Allowlist and blocklist. */
import type { InstanceState } from '../../../state/instance-state.js';
import { identifierType } from '../../../model/records/text-formats.js';
import { create, defineResource, deleteOf, listOf } from '../../../model/records/resource.js';
import type { Resource } from '../../../model/records/resource.js';
import { ApiError, bodyOf } from '../../engine/operation.js';
import type { Handler, Handlers } from '../../engine/operation.js';
import { invite } from '../invitations/invitations.js';

const allowlist = defineResource({
  table: 'allowlist_identifiers',
  object: 'allowlist_identifier',
  idPrefix: 'alid',
  component: 'AllowlistIdentifier',
});

const blocklist = defineResource({
  table: 'blocklist_identifiers',
  object: 'blocklist_identifier',
  idPrefix: 'blid',
  component: 'BlocklistIdentifier',
});

function add(
  state: InstanceState,
  resource: Resource,
  text: unknown,
  more: (type: string) => Readonly<Record<string, unknown>>,
): unknown {
  const identifier = String(text).trim().toLowerCase();
  const type = identifierType(identifier);
  if (state.table(resource.table).by('identifier', identifier).length > 0) {
    throw new ApiError(400, 'duplicate_record', 'duplicate record', {
      longMessage: `The identifier ${identifier} already exists.`,
      paramName: 'identifier',
    });
  }
  return create(state, resource, { identifier, identifier_type: type, instance_id: state.instanceId, ...more(type) });
}

/** `notify` invites the address, unless it is a whole domain. */
const allow: Handler = (call, state) => {
  const { identifier, notify } = bodyOf(call);
  return add(state, allowlist, identifier, (type) => {
    if (notify !== true || type !== 'email_address' || !/^[^*@]+@/.test(String(identifier))) return {};
    return { invitation_id: invite(state, [{ email_address: identifier, ignore_existing: true }])[0]?.id };
  });
};

export const restrictionHandlers: Handlers = {
  ListAllowlistIdentifiers: listOf(allowlist),
  CreateAllowlistIdentifier: allow,
  DeleteAllowlistIdentifier: deleteOf(allowlist),
  ListBlocklistIdentifiers: listOf(blocklist),
  CreateBlocklistIdentifier: (call, state) => add(state, blocklist, bodyOf(call)['identifier'], () => ({})),
  DeleteBlocklistIdentifier: deleteOf(blocklist),
};

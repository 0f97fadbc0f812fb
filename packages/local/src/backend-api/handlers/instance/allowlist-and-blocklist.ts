/** Allowlist and blocklist. */
import type {
  AllowlistIdentifiersCreateParams,
  BlocklistIdentifiersCreateParams,
} from '../../../../../../src/api/generated/types.js';
import { allowIdentifier, allowlist, blockIdentifier, blocklist } from '../../../model/instance/identifier-lists.js';
import { deleteOf, listOf } from '../../engine/crud-handlers.js';
import { bodyOf, type Handlers } from '../../engine/operation.js';

export const identifierListHandlers: Handlers = {
  ListAllowlistIdentifiers: listOf(allowlist),
  CreateAllowlistIdentifier: (call, state) => {
    const { identifier, notify } = bodyOf<AllowlistIdentifiersCreateParams>(call);
    return allowIdentifier(state, identifier, notify === true);
  },
  DeleteAllowlistIdentifier: deleteOf(allowlist),
  ListBlocklistIdentifiers: listOf(blocklist),
  CreateBlocklistIdentifier: (call, state) =>
    blockIdentifier(state, bodyOf<BlocklistIdentifiersCreateParams>(call).identifier),
  DeleteBlocklistIdentifier: deleteOf(blocklist),
};

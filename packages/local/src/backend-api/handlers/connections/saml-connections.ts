/** SAML connections. */
import type {
  SamlConnectionsCreateParams,
  SamlConnectionsUpdateParams,
} from '../../../../../../src/api/generated/types.js';
import { newSamlConnection, readSamlConnection, samlConnections } from '../../../model/connections/saml-connections.js';
import { createOf, deleteOf, getOf, listOf, updateOf } from '../../engine/crud-handlers.js';
import type { Handlers } from '../../engine/operation.js';

export const samlConnectionHandlers: Handlers = {
  ListSAMLConnections: listOf(samlConnections),
  CreateSAMLConnection: createOf(samlConnections, (body: SamlConnectionsCreateParams, state) =>
    newSamlConnection(state, body),
  ),
  GetSAMLConnection: getOf(samlConnections),
  UpdateSAMLConnection: updateOf(samlConnections, (body: SamlConnectionsUpdateParams, row, state) =>
    readSamlConnection(state, body, row),
  ),
  DeleteSAMLConnection: deleteOf(samlConnections),
};

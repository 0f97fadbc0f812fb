/** Enterprise connections. The document does not have these operations, so their bodies and queries come as they are sent. */
import {
  enterpriseConnections,
  newEnterpriseConnection,
  readEnterpriseConnection,
} from '../../../model/connections/enterprise-connections.js';
import { list } from '../../../model/records/resource.js';
import { createOf, deleteOf, getOf, updateOf } from '../../engine/crud-handlers.js';
import type { Handlers } from '../../engine/operation.js';

export const enterpriseConnectionHandlers = {
  ListEnterpriseConnections: (call, state) => {
    const { limit = 10, offset = 0, ...query } = call.query;
    return list(state, enterpriseConnections, { ...query, limit: Number(limit), offset: Number(offset) });
  },
  CreateEnterpriseConnection: createOf(enterpriseConnections, (body, state) => newEnterpriseConnection(state, body)),
  GetEnterpriseConnection: getOf(enterpriseConnections),
  UpdateEnterpriseConnection: updateOf(enterpriseConnections, (body, row) => readEnterpriseConnection(body, row)),
  DeleteEnterpriseConnection: deleteOf(enterpriseConnections),
} satisfies Handlers;

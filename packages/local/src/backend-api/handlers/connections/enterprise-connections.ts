/** Enterprise connections and their test runs. */
import type {
  EnterpriseConnectionsCreateParams,
  EnterpriseConnectionsListTestRunsParams,
  EnterpriseConnectionsUpdateParams,
} from '../../../../../../src/api/generated/types.js';
import {
  enterpriseConnections,
  newEnterpriseConnection,
  readEnterpriseConnection,
  startTestRun,
  testRuns,
} from '../../../model/connections/enterprise-connections.js';
import { find, list } from '../../../model/records/resource.js';
import { createOf, deleteOf, getOf, listOf, updateOf } from '../../engine/crud-handlers.js';
import { idOf, queryOf, type Handlers } from '../../engine/operation.js';

export const enterpriseConnectionHandlers: Handlers = {
  ListEnterpriseConnections: listOf(enterpriseConnections),
  CreateEnterpriseConnection: createOf(enterpriseConnections, (body: EnterpriseConnectionsCreateParams, state) =>
    newEnterpriseConnection(state, body),
  ),
  GetEnterpriseConnection: getOf(enterpriseConnections),
  UpdateEnterpriseConnection: updateOf(enterpriseConnections, (body: EnterpriseConnectionsUpdateParams, row, state) =>
    readEnterpriseConnection(state, body, row),
  ),
  DeleteEnterpriseConnection: deleteOf(enterpriseConnections),
  ListEnterpriseConnectionTestRuns: (call, state) => {
    const { status, ...page } = queryOf<EnterpriseConnectionsListTestRunsParams>(call);
    const { id } = find(state, enterpriseConnections, idOf(call));
    const rows = state.table('enterprise_test_runs').by('enterprise_connection_id', id);
    return list(state, testRuns, { ...page }, { rows, keep: (row) => status?.includes(row.status) ?? true });
  },
  CreateEnterpriseConnectionTestRun: (call, state) =>
    startTestRun(state, find(state, enterpriseConnections, idOf(call))),
};

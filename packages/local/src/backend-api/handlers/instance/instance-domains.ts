/** The instance's primary domain, and satellites. */
import type {
  DomainsAddParams,
  DomainsUpdateParams,
  ProxyChecksVerifyParams,
} from '../../../../../../src/api/generated/types.js';
import {
  addSatellite,
  checkProxy,
  domains,
  primaryDomain,
  removeDomain,
  updateDomain,
} from '../../../model/instance/instance-domains.js';
import { pageOf } from '../../../model/records/listing.js';
import { bodyOf, idOf, type Handlers } from '../../engine/operation.js';

export const domainHandlers: Handlers = {
  ListDomains: (_call, state) => {
    primaryDomain(state);
    return pageOf(state.table('domains').rows(), {}, (row) => domains.view(row, state));
  },
  AddDomain: (call, state) => {
    const { name, proxy_url: proxy } = bodyOf<DomainsAddParams>(call);
    return domains.view(addSatellite(state, name, proxy), state);
  },
  UpdateDomain: (call, state) =>
    domains.view(updateDomain(state, idOf(call), bodyOf<DomainsUpdateParams>(call)), state),
  DeleteDomain: (call, state) => removeDomain(state, idOf(call)),
  VerifyDomainProxy: (call, state) => {
    const { domain_id: id, proxy_url: proxy } = bodyOf<Partial<ProxyChecksVerifyParams>>(call);
    return checkProxy(state, id, proxy);
  },
};

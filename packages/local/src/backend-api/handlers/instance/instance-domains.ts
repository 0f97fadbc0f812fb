/** The instance's primary domain, and satellites. */
import type { Row, InstanceState } from '../../../state/instance-state.js';
import { change, create, defineResource, find, idOf, insert, remove } from '../../../model/records/resource.js';
import { bodyOf } from '../../engine/operation.js';
import type { Handlers } from '../../engine/operation.js';
import { readUrl } from '../../../model/records/text-formats.js';
import { forbidden, invalidFormat } from '../../../model/records/refusals.js';

type Fields = Readonly<Record<string, unknown>>;

const domains = defineResource({
  table: 'domains',
  object: 'domain',
  idPrefix: 'dmn',
  component: 'Domain',
  unique: ['name'],
  view: (row, state) => ({
    ...row,
    frontend_api_url: row['is_satellite'] === true ? `https://clerk.${String(row['name'])}` : state.frontendApiUrl,
    accounts_portal_url: row['is_satellite'] === true ? null : `https://accounts.${String(row['name'])}`,
    development_origin: '',
    cname_targets: [{ host: `clerk.${String(row['name'])}`, value: 'frontend-api.clerk.services', required: true }],
  }),
});

/** A host with or without a port. */
function readName(name: unknown): string {
  if (typeof name === 'string' && /^[a-z0-9-]+(\.[a-z0-9-]+)*(:\d{1,5})?$/i.test(name)) return name.toLowerCase();
  throw invalidFormat('name', 'a domain name');
}

const readProxy = (proxy: unknown): Fields =>
  typeof proxy === 'string' ? { proxy_url: readUrl(proxy, 'proxy_url') } : { proxy_url: null };

export const domainHandlers: Handlers = {
  ListDomains: (_call, state) => {
    primaryDomain(state);
    const rows = [...state.table(domains.table).all()];
    return { data: rows.map((row) => domains.view(row, state)), total_count: rows.length };
  },
  AddDomain: (call, state) => {
    const { name, proxy_url: proxy } = bodyOf(call);
    return domains.view(
      create(state, domains, { name: readName(name), is_satellite: true, ...readProxy(proxy) }),
      state,
    );
  },
  UpdateDomain: (call, state) => {
    const row = find(state, domains, idOf(call.params));
    const { name, proxy_url: proxy } = bodyOf(call);
    const patch = {
      ...(typeof name === 'string' ? { name: readName(name) } : {}),
      ...(proxy === undefined ? {} : readProxy(proxy)),
    };
    return domains.view(change(state, domains, row.id, patch), state);
  },
  DeleteDomain: (call, state) => {
    const row = find(state, domains, idOf(call.params));
    if (row['is_satellite'] !== true)
      throw forbidden('primary_domain_deletion', 'The primary domain cannot be deleted.');
    return remove(state, domains, row);
  },
  /** Nothing is asked over the network: a proxy URL that is a URL passes. */
  VerifyDomainProxy: (call, state) => {
    const { domain_id: id, proxy_url: proxy } = bodyOf(call);
    const domain = typeof id === 'string' ? find(state, domains, id) : primaryDomain(state);
    const url = readUrl(proxy ?? domain['proxy_url'], 'proxy_url');
    const now = state.now();
    return {
      object: 'proxy_check',
      id: state.id('prxchk'),
      domain_id: domain.id,
      last_run_at: now,
      proxy_url: url,
      successful: true,
      created_at: now,
      updated_at: now,
    };
  },
};

/** Every instance has one; it is a row from the first time that anybody asks for domains. */
function primaryDomain(state: InstanceState): Row {
  const known = state.table(domains.table).by('is_satellite', false)[0];
  return known ?? insert(state, domains, { name: 'localhost', is_satellite: false, proxy_url: null });
}

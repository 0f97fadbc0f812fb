/** The instance's primary domain, and satellites. */
import type { Row, World } from '../../instance-state.js';
import { change, create, defineResource, find, idOf, insert, remove } from '../crud.js';
import { bodyOf } from '../operation.js';
import type { Handlers } from '../operation.js';
import { readUrl } from '../addresses.js';
import { forbidden, invalidFormat } from '../refusals.js';

type Fields = Readonly<Record<string, unknown>>;

const domains = defineResource({
  table: 'domains',
  object: 'domain',
  idPrefix: 'dmn',
  component: 'Domain',
  unique: ['name'],
  view: (row, world) => ({
    ...row,
    frontend_api_url: row['is_satellite'] === true ? `https://clerk.${String(row['name'])}` : world.frontendApiUrl,
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
  ListDomains: (_call, world) => {
    primaryDomain(world);
    const rows = [...world.table(domains.table).all()];
    return { data: rows.map((row) => domains.view(row, world)), total_count: rows.length };
  },
  AddDomain: (call, world) => {
    const { name, proxy_url: proxy } = bodyOf(call);
    return domains.view(
      create(world, domains, { name: readName(name), is_satellite: true, ...readProxy(proxy) }),
      world,
    );
  },
  UpdateDomain: (call, world) => {
    const row = find(world, domains, idOf(call.params));
    const { name, proxy_url: proxy } = bodyOf(call);
    const patch = {
      ...(typeof name === 'string' ? { name: readName(name) } : {}),
      ...(proxy === undefined ? {} : readProxy(proxy)),
    };
    return domains.view(change(world, domains, row.id, patch), world);
  },
  DeleteDomain: (call, world) => {
    const row = find(world, domains, idOf(call.params));
    if (row['is_satellite'] !== true)
      throw forbidden('primary_domain_deletion', 'The primary domain cannot be deleted.');
    return remove(world, domains, row);
  },
  /** Nothing is asked over the network: a proxy URL that is a URL passes. */
  VerifyDomainProxy: (call, world) => {
    const { domain_id: id, proxy_url: proxy } = bodyOf(call);
    const domain = typeof id === 'string' ? find(world, domains, id) : primaryDomain(world);
    const url = readUrl(proxy ?? domain['proxy_url'], 'proxy_url');
    const now = world.now();
    return {
      object: 'proxy_check',
      id: world.id('prxchk'),
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
function primaryDomain(world: World): Row {
  const known = world.table(domains.table).by('is_satellite', false)[0];
  return known ?? insert(world, domains, { name: 'localhost', is_satellite: false, proxy_url: null });
}

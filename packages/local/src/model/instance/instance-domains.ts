/** The instance's primary domain, and satellites. */
import type { InstanceState } from '../../state/instance-state.js';
import type { DomainRow, Fields } from '../../state/rows.js';
import { invalidFormat, refusal } from '../records/refusals.js';
import { change, create, defineResource, find, insert, remove } from '../records/resource.js';
import { readUrl } from '../records/text-formats.js';

export const domains = defineResource('domains', {
  object: 'domain',
  idPrefix: 'dmn',
  component: 'Domain',
  unique: ['name'],
  view: (row, state) => ({
    ...row,
    frontend_api_url: row.is_satellite ? `https://clerk.${row.name}` : state.frontendApiUrl,
    accounts_portal_url: row.is_satellite ? null : `https://accounts.${row.name}`,
    development_origin: '',
    cname_targets: [{ host: `clerk.${row.name}`, value: 'frontend-api.clerk.services', required: true }],
  }),
});

/** A host with or without a port. */
function readName(name: string): string {
  if (/^[a-z0-9-]+(\.[a-z0-9-]+)*(:\d{1,5})?$/i.test(name)) return name.toLowerCase();
  throw invalidFormat('name', 'a domain name');
}

const readProxy = (proxy: unknown): string | null => (typeof proxy === 'string' ? readUrl(proxy, 'proxy_url') : null);

/** @throws ApiError 422 */
export function addSatellite(state: InstanceState, name: string, proxyUrl: unknown): DomainRow {
  return create(state, domains, { name: readName(name), is_satellite: true, proxy_url: readProxy(proxyUrl) });
}

/** @throws ApiError 404, 422 */
export function updateDomain(
  state: InstanceState,
  id: string,
  {
    name,
    proxy_url: proxy,
  }: { readonly name?: string | null | undefined; readonly proxy_url?: string | null | undefined },
): DomainRow {
  const row = find(state, domains, id);
  return change(state, domains, row.id, {
    ...(typeof name === 'string' ? { name: readName(name) } : {}),
    ...(proxy === undefined ? {} : { proxy_url: readProxy(proxy) }),
  });
}

/** @throws ApiError 403, 404 */
export function removeDomain(state: InstanceState, id: string): Fields {
  const row = find(state, domains, id);
  if (!row.is_satellite)
    throw refusal('operation_not_allowed_on_primary_domain', 'The primary domain cannot be deleted.');
  return remove(state, domains, row);
}

/** Every instance has one; it is a row from the first time that anybody asks for domains. */
export function primaryDomain(state: InstanceState): DomainRow {
  const known = state.table('domains').by('is_satellite', false)[0];
  return known ?? insert(state, domains, { name: 'localhost', is_satellite: false, proxy_url: null });
}

/** Nothing is asked over the network: a proxy URL that is a URL passes. @throws ApiError 404, 422 */
export function checkProxy(state: InstanceState, domainId: string | undefined, proxyUrl: unknown): Fields {
  const domain = domainId === undefined ? primaryDomain(state) : find(state, domains, domainId);
  const url = readUrl(proxyUrl ?? domain.proxy_url, 'proxy_url');
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
}

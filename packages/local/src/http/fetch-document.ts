/**
 * A JSON document whose address a stranger chose. Strangers must not reach through us what only this machine can reach (OWASP, "Server-Side Request
 * Forgery"): https on public addresses, or loopback, which every page in the developer's browser can reach anyway; no redirects; bounded in time and
 * size.
 */
import { lookup } from 'node:dns';
import http from 'node:http';
import https from 'node:https';
import { BlockList, isIP, isIPv6, type LookupFunction } from 'node:net';
import { isRecord } from '../../../../src/ground/is-record.js';

const MAX_BYTES = 64 * 1024;
const TIMEOUT_MS = 5000;

/** Hosts of this machine by name. What else resolves to loopback is refused. */
export const isLoopbackUrl = (url: URL): boolean => /^(localhost|127\.0\.0\.1|\[::1\])$/.test(url.hostname);

/** Whether the address may be asked at all: https, or http on loopback. */
export const mayFetch = (url: URL): boolean =>
  url.protocol === 'https:' || (url.protocol === 'http:' && isLoopbackUrl(url));

/** Whether a connection for the URL may go to this IP address. Looked at after resolution, so that no name can point inside. */
export const mayConnect = (url: URL, address: string): boolean =>
  isLoopbackUrl(url) ? LOOPBACK.has(address) : PUBLIC.has(address) && !SPECIAL.has(address);

const LOOPBACK = ranges('127.0.0.0/8', '::1/128');
/** The global unicast addresses of IPv6 (RFC 4291 section 2.4). */
const PUBLIC = ranges('0.0.0.0/0', '2000::/3');
/** Special-purpose addresses of RFC 6890, and IPv6 addresses that carry an IPv4 address (Teredo, 6to4). */
const SPECIAL = ranges(
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '224.0.0.0/3',
  '2001::/32',
  '2002::/16',
);

function ranges(...texts: readonly string[]): { readonly has: (address: string) => boolean } {
  const list = new BlockList();
  const familyOf = (address: string) => (isIPv6(address) ? 'ipv6' : 'ipv4');
  for (const text of texts) {
    const [network = '', prefix = ''] = text.split('/');
    list.addSubnet(network, Number(prefix), familyOf(network));
  }
  return { has: (address) => list.check(address, familyOf(address)) };
}

/** @throws Error in words of our own: nothing of what was answered is repeated */
export async function fetchDocument(url: URL): Promise<Readonly<Record<string, unknown>>> {
  const literal = url.hostname.replace(/^\[|\]$/g, '');
  if (!mayFetch(url) || (isIP(literal) !== 0 && !mayConnect(url, literal)))
    throw new Error('It may not be fetched from there.');
  const text = await get(url).catch(() => null);
  const document = text === null ? null : parse(text);
  if (!isRecord(document)) throw new Error('No JSON object of at most 64 kB could be fetched from there.');
  return document;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function get(url: URL): Promise<string> {
  const client = url.protocol === 'https:' ? https : http;
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const headers = { accept: 'application/json' };
  return new Promise((resolve, reject) => {
    const request = client.get(url, { agent: false, headers, lookup: permittedLookup(url), signal }, (response) => {
      const chunks: Buffer[] = [];
      let size = 0;
      const isJson = /^application\/([\w.-]+\+)?json\b/i.test(response.headers['content-type'] ?? '');
      if (response.statusCode !== 200 || !isJson) request.destroy(new Error('not a document'));
      response.on('data', (chunk: Buffer) => {
        if ((size += chunk.length) > MAX_BYTES) request.destroy(new Error('too large'));
        else chunks.push(chunk);
      });
      response.on('error', reject);
      response.on('end', () => {
        resolve(Buffer.concat(chunks).toString());
      });
    });
    request.on('error', reject);
  });
}

/** Resolution that gives permitted addresses alone. */
const permittedLookup =
  (url: URL): LookupFunction =>
  (hostname, options, done) => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      const permitted = error === null ? addresses.filter(({ address }) => mayConnect(url, address)) : [];
      const [first] = permitted;
      if (first === undefined) done(error ?? new Error('not permitted'), '');
      else if (options.all === true) done(null, permitted);
      else done(null, first.address, first.family);
    });
  };

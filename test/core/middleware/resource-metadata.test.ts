/** Where the metadata of a resource stands (RFC 9728, section 3), and where it is served. */
import { ConfigurationError } from 'bailiff';
import { resourceMetadataUrl } from 'bailiff/express';
import { resourceMetadataUrl as ofHono } from 'bailiff/hono';
import { describe, expect, test } from 'vitest';
import { createResourceMetadata } from '../../../src/core/middleware/resource-metadata.js';

const WELL_KNOWN = '/.well-known/oauth-protected-resource';
const servers = ['https://clerk.acornbooks.example'];

test.each([
  ['https://api.example', `https://api.example${WELL_KNOWN}`],
  ['https://api.example/', `https://api.example${WELL_KNOWN}`],
  ['https://api.example:8443/', `https://api.example:8443${WELL_KNOWN}`],
  ['https://api.example/mcp', `https://api.example${WELL_KNOWN}/mcp`],
  // The path as it is: another one is the identifier of another resource.
  ['https://api.example/mcp/', `https://api.example${WELL_KNOWN}/mcp/`],
  ['https://api.example/a/b?tenant=1', `https://api.example${WELL_KNOWN}/a/b?tenant=1`],
  ['https://api.example?tenant=1', `https://api.example${WELL_KNOWN}?tenant=1`],
  ['http://localhost:3000/mcp', `http://localhost:3000${WELL_KNOWN}/mcp`],
])('serves the metadata of %s at %s', (resource, url) => {
  expect(resourceMetadataUrl(resource)).toBe(url);
  expect(ofHono(resource)).toBe(url);
  const serve = createResourceMetadata({ resource, authorizationServers: servers }, {});
  const { pathname } = new URL(url);
  for (const method of ['GET', 'HEAD']) {
    const answer = serve(method, pathname);
    expect(answer?.status).toBe(200);
    // Clients compare it byte for byte.
    expect(JSON.parse(answer?.body ?? '')).toMatchObject({ resource, authorization_servers: servers });
  }
  expect(serve('OPTIONS', pathname)).toMatchObject({ status: 204, body: null });
  expect(serve('POST', pathname)).toBeNull();
});

test.each([
  '',
  'api.example/mcp',
  'http://api.example/mcp',
  'https://u@api.example',
  'https://:p@api.example',
  'https://api.example#x',
])('throws for the resource %j', (resource) => {
  expect(() => resourceMetadataUrl(resource)).toThrow(ConfigurationError);
  expect(() => createResourceMetadata({ resource, authorizationServers: servers }, {})).toThrow(ConfigurationError);
});

describe('paths', () => {
  const serve = (resource: string) => (path: string) =>
    createResourceMetadata({ resource, authorizationServers: servers }, {})('GET', path) !== null;

  test.each(['https://api.example/mcp', 'https://api.example/mcp/'])(
    '%s: serves both with and without the slash',
    (resource) => {
      const served = serve(resource);
      expect(['', '/mcp', '/mcpx', '/mcp/x', '/', '/mcp//'].map((path) => served(WELL_KNOWN + path))).toEqual([
        true,
        true,
        false,
        false,
        false,
        false,
      ]);
      expect(served(`${WELL_KNOWN}/mcp/`)).toBe(resource.endsWith('/'));
      expect(served('/mcp')).toBe(false);
    },
  );
});

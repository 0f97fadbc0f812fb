/** What the package offers at run time, by entry point. A name that appears or goes is a decision: change the list with it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { IMPORTABLE, subpathOf } from '../../scripts/entry-points.mjs';

const ERRORS = [
  ...[
    'AuthUnavailableError',
    'AuthenticationFaultError',
    'BailiffError',
    'ConfigurationError',
    'TokenVerificationError',
  ],
  ...['REQUEST_REASONS', 'TOKEN_REASONS', 'reasonInfo'],
];
const REQUIREMENTS = ['allOf', 'anyOf'];
const ADAPTER = [
  ...['clerkMiddleware', 'requireAuth', 'requirePermission', 'requireRole', 'requireScope'],
  ...['currentUser', 'oauthAuthorizationServerMetadata', 'requireOrganization'],
  ...['authenticate', 'getAuth', 'protectedResourceMetadata', 'resourceMetadataUrl', 'verifyWebhook'],
  ...['createAuthenticator', 'WebhookVerificationError', ...REQUIREMENTS, ...ERRORS],
];

const EXPORTS: Readonly<Record<string, readonly string[]>> = {
  '.': ['createAuthenticator', 'authenticateUpgrade', 'refuseUpgrade', ...REQUIREMENTS, ...ERRORS],
  './express': ADAPTER,
  './hono': ADAPTER,
  './fastify': [...ADAPTER, 'guarded'],
  './api': [
    ...['createBackendApi', 'createBackendClient', 'request', 'toPublic', 'fullName', 'primaryEmailAddress'],
    ...['BackendApiError', 'InvalidArgumentError', 'ConfigurationError'],
  ],
  './webhooks': ['verifyWebhook', 'verifyWebhookPayload', 'WebhookVerificationError', 'ConfigurationError'],
  './opentelemetry': ['openTelemetry'],
};

const LOCAL = ['startLocalInstance', 'loadSeed', 'readSnapshot', 'SeedError', 'SnapshotError', 'UnsafeInstanceError'];

interface Manifest {
  version: string;
  bin?: object;
  peerDependencies: Record<string, string>;
}
const manifest = (folder: string) =>
  JSON.parse(readFileSync(join(import.meta.dirname, '../..', folder, 'package.json'), 'utf8')) as Manifest;
const library = manifest('.');
const local = manifest('packages/local');

describe('entry points', () => {
  it('are those of scripts/entry-points.mjs', () => {
    const listed = IMPORTABLE.filter(({ package: owner, sample }) => owner === 'bailiff' && sample === undefined);
    expect(listed.map(subpathOf).sort()).toEqual(Object.keys(EXPORTS).sort());
  });

  it.each(Object.entries(EXPORTS))('%s exports what is listed', async (entry, names) => {
    const found = (await import(`bailiff${entry.slice(1)}`)) as object;
    expect(Object.keys(found).sort()).toEqual([...names].sort());
  });

  it('bailiff-local exports what is listed', async () => {
    expect(Object.keys(await import('bailiff-local')).sort()).toEqual([...LOCAL].sort());
  });

  it('both packages have one version, and one command', () => {
    expect(local.version).toBe(library.version);
    expect(local.peerDependencies['bailiff']).toBe(`^${library.version}`);
    expect(Object.keys(library.bin ?? {})).toEqual(['bailiff']);
    expect(local.bin).toBeUndefined();
  });

  it('all adapters export the same names', async () => {
    const [express, hono, fastify] = await Promise.all([
      import('bailiff/express'),
      import('bailiff/hono'),
      import('bailiff/fastify'),
    ]);
    expect(Object.keys(express)).toEqual(Object.keys(hono));
    // Hono infers the caller from the guard in front; Express cannot.
    expect(Object.keys(fastify).sort()).toEqual([...Object.keys(hono), 'guarded'].sort());
  });
});

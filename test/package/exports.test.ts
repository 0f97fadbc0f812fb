/** What the package offers at run time, by entry point. A name that appears or goes is a decision: change the list with it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const ERRORS = [
  ...['AuthUnavailableError', 'BailiffError', 'ConfigurationError', 'TokenVerificationError'],
  ...['REQUEST_REASONS', 'TOKEN_REASONS', 'reasonInfo'],
];
const REQUIREMENTS = ['allOf', 'anyOf'];
const ADAPTER = [
  ...['clerkMiddleware', 'requireAuth', 'requirePermission', 'requireRole', 'requireScope'],
  ...['authenticate', 'getAuth', 'protectedResourceMetadata', 'resourceMetadataUrl', 'verifyWebhook'],
  ...['createAuthenticator', 'WebhookVerificationError', ...REQUIREMENTS, ...ERRORS],
];

const EXPORTS: Readonly<Record<string, readonly string[]>> = {
  '.': ['createAuthenticator', 'authenticateUpgrade', 'refuseUpgrade', ...REQUIREMENTS, ...ERRORS],
  './express': ADAPTER,
  './hono': ADAPTER,
  './api': [
    ...['createBackendApi', 'createBackendClient', 'request', 'toPublic'],
    ...['BackendApiError', 'InvalidArgumentError', 'ConfigurationError'],
  ],
  './webhooks': ['verifyWebhook', 'verifyWebhookPayload', 'WebhookVerificationError', 'ConfigurationError'],
  './local': ['startLocalInstance', 'loadSeed', 'readSnapshot', 'SeedError', 'SnapshotError', 'UnsafeInstanceError'],
  './opentelemetry': ['openTelemetry'],
};

const { exports } = JSON.parse(readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8')) as {
  exports: Record<string, unknown>;
};

describe('entry points', () => {
  it('are those of package.json', () => {
    expect(Object.keys(exports).sort()).toEqual([...Object.keys(EXPORTS), './api/*', './package.json'].sort());
  });

  it.each(Object.entries(EXPORTS))('%s exports what is listed', async (entry, names) => {
    const found = (await import(`bailiff${entry.slice(1)}`)) as object;
    expect(Object.keys(found).sort()).toEqual([...names].sort());
  });

  it('both adapters offer the same names', async () => {
    const [express, hono] = await Promise.all([import('bailiff/express'), import('bailiff/hono')]);
    expect(Object.keys(express)).toEqual(Object.keys(hono));
  });
});

/** What verification needs to know of a configuration. */
import type { VerifierOptions } from '../verify/verifier.js';
import type { Config } from './config/config.js';
import { sha1 } from './config/sha1.js';
import { reportFault } from './faults/fault.js';
import type { Backend } from './backend-api/client.js';

export function verifierOptions(config: Config, backend: Backend | null): VerifierOptions {
  const { secretKey, machineSecretKey } = config;
  const hasSecretKey = secretKey !== null;
  return {
    jwtKey: config.jwtKey,
    upstream: backend,
    canVerify: { apiKey: hasSecretKey, m2m: hasSecretKey || machineSecretKey !== null, oauth: hasSecretKey },
    audience: config.audience,
    sessionAudience: config.sessionAudience,
    authorizedParties: config.authorizedParties,
    missingAzp: config.missingAzp === 'allow' ? 'allow' : 'reject',
    issuer: config.issuer,
    machineId: config.machineId,
    clockSkewMs: config.clockSkewMs,
    cache: config.cache,
    sealKey: secretKey ?? machineSecretKey,
    scope: scopeOf(config),
    now: config.now,
    emit: config.emit,
    onFault: (error) => void reportFault(config, 'keys', error),
  };
}

/**
 * Tells apart, in a shared store, whatever could give the same token another verdict: the instance, the machine that
 * asks, and the options that are checked. Keys enter by their digest.
 */
function scopeOf(config: Config): string {
  const { apiUrl, apiVersion, audience, secretKey, machineSecretKey, publishableKey, jwtKey } = config;
  const keys = [publishableKey?.raw ?? null, secretKey, machineSecretKey, jwtKey];
  const parts = [apiUrl, apiVersion, audience, config.sessionAudience, ...keys];
  return hex(sha1(new TextEncoder().encode(JSON.stringify(parts))));
}

const hex = (bytes: Uint8Array): string => [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');

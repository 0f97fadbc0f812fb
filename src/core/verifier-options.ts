/** The options of the verifier, from a configuration. */
import type { VerifierOptions } from '../verify/verifier.js';
import type { Config } from './config/config.js';
import { sha1 } from './config/sha1.js';
import { reportFault } from './faults/fault.js';
import type { Backend } from './backend-api/client.js';

export function verifierOptions(config: Config, backend: Backend | null): VerifierOptions {
  const { secretKey, machineSecretKey } = config;
  return {
    jwtKey: config.jwtKey,
    upstream: backend,
    backendKeys: { secretKey: secretKey !== null, machineSecretKey: machineSecretKey !== null },
    audience: config.audience,
    sessionAudience: config.sessionAudience,
    authorizedParties: config.authorizedParties,
    missingAzp: config.missingAzp === 'allow' ? 'allow' : 'reject',
    issuer: config.issuer,
    machineId: config.machineId,
    clockSkewMs: config.clockSkewMs,
    cache: config.cache,
    sealKey: secretKey ?? machineSecretKey,
    /** Only a shared store asks for it. */
    get scope() {
      return scopeOf(config);
    },
    now: config.now,
    emit: config.emit,
    onFault: (error) => void reportFault(config, 'keys', error),
  };
}

/**
 * A text that differs, in a shared store, wherever the same token could get another verdict: by instance, by the machine
 * that asks, and by the options that are checked. Keys enter by their digest.
 */
function scopeOf(config: Config): string {
  const { apiUrl, apiVersion, audience, secretKey, machineSecretKey, publishableKey, jwtKey } = config;
  const keys = [publishableKey?.raw ?? null, secretKey, machineSecretKey, jwtKey];
  const parts = [apiUrl, apiVersion, audience, config.sessionAudience, ...keys];
  return hex(sha1(new TextEncoder().encode(JSON.stringify(parts))));
}

const hex = (bytes: Uint8Array): string => [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');

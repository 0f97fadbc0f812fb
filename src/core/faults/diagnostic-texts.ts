/** The texts of diagnostics. Loaded with the first one: most servers have none. No text holds a key. */
import type { Diagnostic } from '../../types.js';
import type { Config } from '../config/config.js';

const REMEDY = 'Copy the keys of one instance from the Clerk dashboard (API keys).';

const TEXTS: Readonly<Record<Diagnostic, (instance: string) => string>> = {
  'secret-key-invalid': (instance) =>
    `The Backend API refuses CLERK_SECRET_KEY of ${instance}: what needs the API is answered with 503 until the key is right. ${REMEDY}`,
  'machine-secret-key-invalid': (instance) =>
    `The Backend API refuses CLERK_MACHINE_SECRET_KEY of ${instance}: M2M tokens are answered with 503 until the key is right.`,
  'instance-mismatch': (instance) =>
    `The browsers' sessions are of ${instance}, which CLERK_PUBLISHABLE_KEY names, but CLERK_SECRET_KEY or CLERK_JWT_KEY is of another instance: every one of them is refused. ${REMEDY}`,
  'publishable-key-missing': (instance) =>
    `Browsers send session cookies, but CLERK_PUBLISHABLE_KEY of ${instance} is not set: everybody who signs in by a cookie is signed out. Set it.`,
};

/** Hands a diagnostic to the logger, once a process for each instance, and to the listener. */
export function publish(diagnostic: Diagnostic, config: Config): void {
  const { publishableKey, instanceType, apiUrl, emit, log } = config;
  const instance =
    publishableKey === null ? `the ${instanceType} instance` : `instance ${publishableKey.frontendApiHost}`;
  const message = TEXTS[diagnostic](instance);
  log.warn(`${diagnostic} ${instance} ${apiUrl}`, message);
  emit?.({ type: 'diagnostic', diagnostic, message });
}

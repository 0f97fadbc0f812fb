import type { InstanceState } from './instance-state.js';

/** The environment of an application that shall use the instance. */
export interface LocalEnvironment extends Readonly<Record<string, string>> {
  readonly CLERK_SECRET_KEY: string;
  readonly CLERK_PUBLISHABLE_KEY: string;
  readonly CLERK_JWT_KEY: string;
  readonly CLERK_API_URL: string;
  readonly CLERK_WEBHOOK_SIGNING_SECRET: string;
}

export function envVariablesOf(state: InstanceState): LocalEnvironment {
  return {
    CLERK_SECRET_KEY: state.secretKey,
    CLERK_PUBLISHABLE_KEY: state.publishableKey,
    CLERK_JWT_KEY: state.keys.current.publicPem,
    CLERK_API_URL: state.apiUrl,
    CLERK_WEBHOOK_SIGNING_SECRET: state.webhookSigningSecret,
  };
}

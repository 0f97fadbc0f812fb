import type { World } from './instance-state.js';

/** The environment of an application that shall use the instance. */
export interface LocalEnvironment extends Readonly<Record<string, string>> {
  readonly CLERK_SECRET_KEY: string;
  readonly CLERK_PUBLISHABLE_KEY: string;
  readonly CLERK_JWT_KEY: string;
  readonly CLERK_API_URL: string;
  readonly CLERK_WEBHOOK_SIGNING_SECRET: string;
}

export function environmentOf(world: World): LocalEnvironment {
  return {
    CLERK_SECRET_KEY: world.secretKey,
    CLERK_PUBLISHABLE_KEY: world.publishableKey,
    CLERK_JWT_KEY: world.keys.current.publicPem,
    CLERK_API_URL: world.apiUrl,
    CLERK_WEBHOOK_SIGNING_SECRET: world.webhookSigningSecret,
  };
}

/**
 * The environment of a server that is measured, beside nothing but `PATH`.
 * @param {import('./fixtures.mjs').Fixtures} fixtures
 */
export const serverEnvironment = (fixtures) => ({
  PATH: process.env['PATH'],
  NODE_ENV: 'production',
  CLERK_SECRET_KEY: fixtures.secretKey,
  CLERK_PUBLISHABLE_KEY: fixtures.publishableKey,
  CLERK_JWT_KEY: fixtures.pem,
  CLERK_TELEMETRY_DISABLED: '1',
});

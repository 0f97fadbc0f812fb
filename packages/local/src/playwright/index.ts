/** The public face of `bailiff-local/playwright`. */
export { bailiff } from './fixtures.js';
export type { BailiffFixtures, BailiffOptions, BailiffWorkerFixtures, ClerkFixture, RunningApp } from './fixtures.js';

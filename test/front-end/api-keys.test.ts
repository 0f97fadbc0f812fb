/** Clerk's component for API keys, unchanged from npm, on the offline instance, in Chromium. */
import { createServer } from 'node:http';
import express from 'express';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { clerkMiddleware, requireAuth } from 'bailiff/express';
import { listen, originOf } from '../support/listen.js';
import { rowWith } from './forms.js';
import {
  closeChromium,
  hasChromium,
  openStage,
  sayIfSkipped,
  signInAs,
  type Major,
  type Recipe,
  type Stage,
} from './stage.js';

sayIfSkipped('test/front-end/api-keys');

const SEED = {
  seed: 'front-end-api-keys',
  users: [
    { id: 'user_ada', email_address: 'ada@acme.test', first_name: 'Ada' },
    { id: 'user_bob', email_address: 'bob@acme.test', first_name: 'Bob' },
  ],
  organizations: [
    {
      id: 'org_acme',
      name: 'Acme',
      members: [
        { user: 'user_ada', role: 'org:admin' },
        { user: 'user_bob', role: 'org:member' },
      ],
    },
  ],
};
/** Chromium, a bundle and a handful of page loads on a machine that is shared. */
const MINUTES = 120_000;

let stage: Stage;
afterEach(() => stage.close());
afterAll(closeChromium);

async function open(userId: string, major: Major = 6, recipe: Recipe = 'relative'): Promise<void> {
  stage = await openStage({ instance: { seed: SEED }, major, recipe });
  await signInAs(stage, userId);
  await stage.page.goto(`${stage.site}/keys`);
  await button('Add new key').waitFor();
}
const button = (name: string) => stage.page.getByRole('button', { name, exact: true });

/** Makes a key and gives its secret, which the page shows once. */
async function create(name: string): Promise<string> {
  const { page } = stage;
  // The form of the key before leaves slowly.
  await page.locator('input[name=name]').waitFor({ state: 'detached' });
  await button('Add new key').click();
  await page.locator('input[name=name]').fill(name);
  await button('Create key').click();
  await page.getByText(`Copy your "${name}" API Key now`).waitFor();
  const secret = await page.getByRole('textbox', { name: 'API key', exact: true }).inputValue();
  await button('Copy & Close').click();
  await rowWith(stage.page, name).waitFor();
  expect(await page.content()).not.toContain(secret);
  return secret;
}

async function revoke(name: string): Promise<void> {
  const { page } = stage;
  await rowWith(stage.page, name).getByRole('button', { name: 'Open menu' }).click();
  await page.getByRole('menuitem', { name: 'Revoke key' }).click();
  await page.getByLabel(/Type "Revoke"/).fill('Revoke');
  await button('Revoke key').click();
  await rowWith(stage.page, name).waitFor({ state: 'detached' });
}

/** What a route that takes API keys alone answers to this one. */
async function askWith(secret: string): Promise<{ status: number; subject: unknown }> {
  const { clerk } = stage;
  const { secretKey, publishableKey, apiUrl, now } = clerk;
  const app = express();
  // Nothing is remembered, so that a revoked key is refused at once.
  app.use(clerkMiddleware({ secretKey, publishableKey, apiUrl, now, cache: { machineTokens: { ttlMs: 0 } } }));
  app.get('/', requireAuth({ token: 'api_key' }), (req, res) => res.json({ subject: req.auth.subject }));
  const server = createServer(app);
  await listen(server);
  try {
    const answer = await fetch(originOf(server), { headers: { authorization: `Bearer ${secret}` } });
    const body = answer.ok ? ((await answer.json()) as { subject: unknown }) : { subject: null };
    return { status: answer.status, subject: body.subject };
  } finally {
    server.close();
  }
}

describe.skipIf(!hasChromium)('API keys', () => {
  it(
    'of a user are made, accepted, found, refused as duplicates, and refused after their revocation',
    async () => {
      await open('user_ada');
      const { page } = stage;
      const secret = await create('Deploy');
      expect(await askWith(secret)).toEqual({ status: 200, subject: 'user_ada' });
      await create('Backup');
      await page.getByRole('searchbox').pressSequentially('depl');
      await rowWith(stage.page, 'Backup').waitFor({ state: 'detached' });
      await rowWith(stage.page, 'Deploy').waitFor();
      await page.getByRole('searchbox').fill('');
      await rowWith(stage.page, 'Backup').waitFor();
      await button('Add new key').click();
      await page.locator('input[name=name]').fill('Deploy');
      await button('Create key').click();
      await page.getByText(/already exists/).waitFor();
      await button('Cancel').click();
      await revoke('Deploy');
      expect(await askWith(secret)).toMatchObject({ status: 401 });
      expect(stage.clerk.state.table('api_keys').rows()).toMatchObject([
        { name: 'Deploy', subject: 'user_ada', revoked: true },
        { name: 'Backup', subject: 'user_ada', revoked: false },
      ]);
    },
    MINUTES,
  );

  it(
    'of the active organization work at the instance\u2019s own address, after a preflight request',
    async () => {
      await open('user_ada', 6, 'absolute');
      await stage.page.evaluate(() =>
        (window as unknown as { Clerk: { setActive: (with_: object) => Promise<void> } }).Clerk.setActive({
          organization: 'org_acme',
        }),
      );
      await stage.page.goto(`${stage.site}/keys`);
      const secret = await create('Shared');
      expect(await askWith(secret)).toEqual({ status: 200, subject: 'org_acme' });
      await revoke('Shared');
    },
    MINUTES,
  );

  it(
    'work with the previous major',
    async () => {
      await open('user_bob', 5);
      const secret = await create('Deploy');
      expect(await askWith(secret)).toEqual({ status: 200, subject: 'user_bob' });
    },
    MINUTES,
  );
});

/** `<OAuthConsent/>` in front of the instance's own authorization server, and `<Waitlist/>`, in Chromium. */
import { createHash } from 'node:crypto';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { closeChromium, hasChromium, openStage, sayIfSkipped, signInAs, type Recipe, type Stage } from './stage.js';

sayIfSkipped('test/front-end/consent');

const VERIFIER = 'a-verifier-that-is-long-enough-for-the-rules-0123456789';
const SEED = {
  seed: 'consent',
  users: [{ id: 'user_ada', email_address: 'ada@example.com', first_name: 'Ada' }],
  organizations: [{ id: 'org_acme', name: 'Acme', slug: 'acme', members: [{ user: 'user_ada' }] }],
};
/** Chromium, a bundle and a handful of page loads on a machine that is shared. */
const MINUTES = 120_000;

let stage: Stage;
afterEach(() => stage.close());
afterAll(closeChromium);

/** An application of the instance, whose consent page is the application's own. */
async function open(recipe: Recipe): Promise<{ readonly authorizeUrl: string; readonly redirectUri: string }> {
  stage = await openStage({ instance: { seed: SEED }, recipe });
  const { clerk, site } = stage;
  clerk.configure({ display_config: { oauth_consent_url: `${site}/oauth-consent`, application_name: 'Stage' } });
  const redirectUri = `${site}/callback`;
  const response = await fetch(`${clerk.apiUrl}/v1/oauth_applications`, {
    method: 'POST',
    headers: { authorization: `Bearer ${clerk.secretKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      name: 'Notes',
      redirect_uris: [redirectUri],
      scopes: 'profile user:org:read',
      public: true,
    }),
  });
  const { client_id } = (await response.json()) as { client_id: string };
  const query = new URLSearchParams({
    response_type: 'code',
    client_id,
    redirect_uri: redirectUri,
    scope: 'profile user:org:read',
    state: 'st&te',
    code_challenge: createHash('sha256').update(VERIFIER).digest('base64url'),
    code_challenge_method: 'S256',
  });
  return { authorizeUrl: `${clerk.frontendApiUrl}/oauth/authorize?${query.toString()}`, redirectUri };
}

describe.skipIf(!hasChromium)('<OAuthConsent/>', () => {
  it.each(['relative', 'absolute'] as const)(
    'gives a code for a token that the guard accepts, if the user allows (%s proxyUrl)',
    async (recipe) => {
      const { authorizeUrl, redirectUri } = await open(recipe);
      const { page, site, clerk } = stage;
      await signInAs(stage, 'user_ada');
      await page.goto(authorizeUrl);
      await page.waitForURL(/\/oauth-consent\?/);
      await page.getByText('Know the organization that you choose').waitFor();
      await page.getByText('See your name and picture').waitFor();
      await page.getByRole('button', { name: 'Allow' }).click();
      await page.waitForURL(/\/callback\?/);
      const answer = new URL(page.url()).searchParams;
      expect(answer.get('state')).toBe('st&te');
      const response = await fetch(`${clerk.frontendApiUrl}/oauth/token`, {
        method: 'POST',
        body: new URLSearchParams({
          grant_type: 'authorization_code',
          code: answer.get('code') ?? '',
          client_id: new URL(authorizeUrl).searchParams.get('client_id') ?? '',
          redirect_uri: redirectUri,
          code_verifier: VERIFIER,
        }),
      });
      const { access_token: token } = (await response.json()) as { access_token: string };
      const guarded = await fetch(`${site}/api/oauth`, { headers: { authorization: `Bearer ${token}` } });
      expect(guarded.status).toBe(200);
      expect(clerk.state.keys.open(token)?.payload).toMatchObject({ sub: 'user_ada', org_id: 'org_acme' });
      // The same token is no session.
      expect((await fetch(`${site}/api/me`, { headers: { authorization: `Bearer ${token}` } })).status).toBe(401);
    },
    MINUTES,
  );

  it(
    'gives none if the user denies, and ignores a page of another origin',
    async () => {
      const { authorizeUrl } = await open('relative');
      const { page, clerk } = stage;
      await signInAs(stage, 'user_ada');
      await page.goto(authorizeUrl);
      await page.waitForURL(/\/oauth-consent\?/);
      const request = new URL(page.url()).searchParams;
      await page.goto(`${page.url()}&consented=true`);
      await page.getByRole('button', { name: 'Deny' }).click();
      await page.waitForURL(/\/callback\?/);
      expect(new URL(page.url()).searchParams.get('error')).toBe('access_denied');

      // The same form from a page of the same host, on another port: cookies come along, the origin tells.
      await page.goto(`${clerk.frontendApiUrl}/oauth/none`);
      await page.setContent('<form method="post"><button>Win a horse</button></form>');
      await page.evaluate(
        ({ action, fields }) => {
          const form = document.forms[0] as HTMLFormElement;
          form.action = action;
          for (const [name, value] of fields) {
            const input = document.createElement('input');
            Object.assign(input, { type: 'hidden', name, value });
            form.append(input);
          }
        },
        {
          action: `${clerk.frontendApiUrl}/v1/me/oauth/consent/${request.get('client_id') ?? ''}`,
          fields: [...request, ['consented', 'true']] as [string, string][],
        },
      );
      await page.getByRole('button').click();
      await page.getByText('This form came from another site').waitFor();
      expect(clerk.state.table('authorization_codes').size).toBe(0);
    },
    MINUTES,
  );
});

describe.skipIf(!hasChromium)('<Waitlist/>', () => {
  it(
    'adds an address to the list of the Backend API',
    async () => {
      stage = await openStage({
        instance: { seed: { ...SEED, instance: { user_settings: { sign_up: { mode: 'waitlist' } } } } },
      });
      const { page, site, clerk } = stage;
      await page.goto(`${site}/waitlist`);
      await page.getByLabel('Email address').fill('eve@example.com');
      await page.getByRole('button', { name: 'Join the waitlist' }).click();
      await page.getByText('Thanks for joining the waitlist').waitFor();
      expect(clerk.state.table('waitlist_entries').rows()).toMatchObject([
        { email_address: 'eve@example.com', status: 'pending' },
      ]);
    },
    MINUTES,
  );
});

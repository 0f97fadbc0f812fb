/** The dashboard in a browser: without a script and with it, by keyboard, on a small screen, in the dark, and seen from another site. */
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createAuthenticator } from 'bailiff';
import { startLocalInstance, type LocalInstance } from 'bailiff-local';
import { hasChromium, launchChromium, sayIfSkipped } from '../support/chromium.js';
import { DASHBOARD_PATHS, DASHBOARD_SECTIONS } from '../support/dashboard.js';
import { listen, originOf } from '../support/listen.js';

sayIfSkipped('test/browser/dashboard');

const LONG = 'Adelheid-Wilhelmina von Hohenstein-Oettingen zu Wallerstein';
const EVIL = '<img src=x onerror=alert(1)>';
/** WCAG 2.2, 1.4.3. */
const CONTRAST = 4.5;

let browser: Browser;
let clerk: LocalInstance;
let hook: Server;
/** What the webhooks' endpoint was sent. */
let told: number;
/** What went wrong in pages: refusals of the content security policy, errors, dialogs. */
let troubles: string[];

beforeAll(async () => {
  if (hasChromium) browser = await launchChromium();
});
afterAll(() => (hasChromium ? browser.close() : undefined));

beforeEach(async () => {
  told = 0;
  troubles = [];
  hook = createServer((_, response) => {
    told++;
    response.writeHead(200).end();
  });
  await listen(hook);
  clerk = await startLocalInstance({
    seed: {
      users: [
        { id: 'user_ada', first_name: 'Ada', last_name: 'Lovelace', email_address: 'ada@example.com' },
        { id: 'user_long', first_name: LONG, email_address: `${'long'.repeat(12)}@example.com` },
        { id: 'user_evil', first_name: EVIL },
      ],
      organizations: [{ id: 'org_acorn', name: `Acorn ${EVIL}`, members: [{ user: 'user_ada', role: 'org:admin' }] }],
    },
  });
  clerk.webhooks.add(`${originOf(hook)}/webhooks`);
  await clerk.signIn('user_ada', { org: 'org_acorn' });
  await clerk.createApiKey({ subject: 'user_ada', name: EVIL, scopes: ['invoices:read'] });
  await clerk.machineSecretKey('mch_worker');
  await clerk.fetch(`${clerk.apiUrl}/v1/users/${'nobody'.repeat(12)}?a=${'b'.repeat(80)}`);
  const [email] = [
    { object: 'email', status: 'queued', user_id: null, created_at: clerk.now(), updated_at: clerk.now() },
  ];
  clerk.state.table('emails').insert({
    ...email,
    id: 'ema_1',
    subject: '482913 is your code',
    body: `482913 is your code. ${clerk.apiUrl}/v1/verify?token=${'x'.repeat(90)}`,
    to_email_address: 'ada@example.com',
    data: { otp_code: '482913' },
  });
  clerk.fail({ operation: 'GetOrganization', status: 503, delayMs: 5, retryAfterSeconds: 1, times: 3 });
  clerk.fail({ operation: 'GetMachine', hang: true });
  await clerk.webhooks.settled();
});
afterEach(async () => {
  for (const context of hasChromium ? browser.contexts() : []) await context.close();
  await clerk.close();
  hook.close();
  expect(troubles).toEqual([]);
});

async function open(options: BrowserContextOptions = {}): Promise<Page> {
  const page = await (await browser.newContext(options)).newPage();
  page.on('console', (message) => troubles.push(message.text()));
  page.on('pageerror', (error) => troubles.push(String(error)));
  page.on('dialog', (dialog) => {
    troubles.push(dialog.message());
    void dialog.dismiss();
  });
  page.on('request', (request) => {
    if (!/^data:/.test(request.url()) && new URL(request.url()).origin !== clerk.apiUrl) troubles.push(request.url());
  });
  return page;
}

const at = (path: string) => `${clerk.apiUrl}${path}`;
const jwks = async () =>
  (await clerk.fetch(at('/v1/jwks'), { headers: { authorization: `Bearer ${clerk.secretKey}` } })).status;

describe.skipIf(!hasChromium)('the dashboard', () => {
  it('shows lists and accepts forms without a script', async () => {
    const page = await open({ javaScriptEnabled: false });
    await page.goto(at('/'));
    expect(await page.locator('.big').first().textContent()).toContain('482913');

    await page.getByRole('link', { name: 'Users', exact: true }).click();
    expect(await page.getByRole('row').count()).toBe(4);
    await page.getByLabel('Email address').fill('new@example.com');
    await page.getByRole('button', { name: 'Create user' }).click();
    expect(await page.getByRole('status').last().textContent()).toBe('The user is here.');

    await page.goto(at('/dashboard/tokens?user_id=user_ada'));
    const session = page.locator('form[action$="tokens/session"]');
    await session.getByLabel('Organization').fill('org_acorn');
    await session.getByRole('button').click();
    const token = (await page.locator('#token pre').textContent()) ?? '';
    const headers = { authorization: `Bearer ${token}` };
    const state = await createAuthenticator({}, clerk.env).authenticateRequest(
      new Request('http://localhost/', { headers }),
    );
    expect(state.auth).toMatchObject({
      isAuthenticated: true,
      userId: 'user_ada',
      orgId: 'org_acorn',
      orgRole: 'org:admin',
    });
    expect(await page.getByText('"sub": "user_ada"').count()).toBe(1);

    await page.goto(at('/dashboard/webhooks'));
    await clerk.webhooks.settled();
    const before = told;
    await page.getByRole('button', { name: 'Replay' }).last().click();
    await page.waitForURL(/dashboard\/webhooks\/msg_/);
    await clerk.webhooks.settled();
    expect(told).toBe(before + 1);
    await page.reload();
    expect(await page.getByText('2, answer 200').count()).toBe(1);

    await page.goto(at('/dashboard/clock'));
    await page.getByRole('button', { name: 'Stop the clock' }).click();
    const now = clerk.now();
    await page.getByRole('button', { name: '+ 1 hour' }).click();
    await page.getByRole('status').getByText('The clock is moved').waitFor();
    expect(clerk.now()).toBe(now + 3_600_000);

    await page.goto(at('/dashboard/faults'));
    await page.getByRole('button', { name: 'Outage' }).click();
    await page.getByRole('status').getByText('The fault is on.').waitFor();
    expect(await jwks()).toBe(503);
    await page.getByRole('row', { name: '*' }).getByRole('button', { name: 'Switch off' }).last().click();
    await page.getByRole('status').getByText('The fault is off.').waitFor();
    expect(await jwks()).toBe(200);

    await page.goto(at('/dashboard/snapshot'));
    const downloading = page.waitForEvent('download');
    await page.getByRole('link', { name: 'Download the snapshot' }).click();
    const file = await (await downloading).path();
    await page.goto(at('/dashboard/users/user_ada'));
    await page.getByText('Delete …').click();
    await page.getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('status').getByText('The user is deleted').waitFor();
    expect(clerk.state.table('users').get('user_ada')).toBeUndefined();
    await page.goto(at('/dashboard/snapshot'));
    const restored = { name: 'state.json', mimeType: 'application/json', buffer: readFileSync(file) };
    await page.getByLabel('Snapshot', { exact: true }).setInputFiles(restored);
    await page.getByRole('button', { name: 'Restore' }).click();
    await page.getByRole('status').getByText('The instance is what the snapshot says.').waitFor();
    expect(clerk.state.table('users').get('user_ada')?.first_name).toBe('Ada');
  });

  it('follows the instance while it is watched, but never replaces a form in use', async () => {
    const page = await open();
    await page.goto(at('/dashboard/requests'));
    await fetch(at('/v1/public/nothing'));
    await page.getByText('GET /v1/public/nothing').waitFor();

    // Somebody is at a link of the list: it stays.
    await page.getByRole('link', { name: 'GET /v1/public/nothing' }).focus();
    await fetch(at('/v1/public/more'));
    await page.waitForResponse(
      async (answer) => answer.status() === 200 && (await answer.text()).includes('/public/more'),
    );
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('GET /v1/public/nothing');
    expect(await page.getByText('/public/more').count()).toBe(0);
    await page.getByRole('main').focus();
    await page.getByText('GET /v1/public/more').waitFor();

    // What is typed stays, and what was unfolded stays so.
    await page.goto(at('/dashboard/keys'));
    await page.getByText('Show', { exact: true }).first().click();
    await page.getByLabel('Name', { exact: true }).fill('half a na');
    await clerk.createApiKey({ subject: 'user_ada', name: 'Another' });
    await page.getByRole('cell', { name: /^Another/ }).waitFor();
    expect(await page.getByLabel('Name', { exact: true }).inputValue()).toBe('half a na');
    expect(await page.locator('details[open]').count()).toBe(1);

    await page.goto(at('/'));
    await page.getByRole('button', { name: 'Copy' }).first().waitFor();
    await clerk.close();
    await page.getByText('The instance does not answer.').waitFor();
    troubles = troubles.filter((text) => !text.includes('ERR_CONNECTION_REFUSED'));
  });

  it('is operable by keyboard, and shows the focus', async () => {
    const page = await open();
    await page.goto(at('/dashboard/faults'));
    const where = () =>
      page.evaluate(() => {
        const { activeElement: element } = document;
        const { outlineStyle, outlineWidth } = getComputedStyle(element as Element);
        return {
          text: element?.textContent?.trim() ?? '',
          ring: `${outlineStyle} ${outlineWidth}`,
          tag: element?.tagName,
        };
      });
    await page.keyboard.press('Tab');
    expect(await where()).toMatchObject({ text: 'Skip to the content', ring: 'solid 2px' });
    const links: string[] = [];
    for (let i = 0; i < DASHBOARD_PATHS.length; i++) {
      await page.keyboard.press('Tab');
      const { text, ring } = await where();
      expect(ring).toBe('solid 2px');
      links.push(text.toLowerCase());
    }
    expect(links).toEqual(['overview', ...DASHBOARD_SECTIONS]);

    await page.locator('.skip').focus();
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    expect(await where()).toMatchObject({ text: 'Switch off', tag: 'BUTTON', ring: 'solid 2px' });
    await page.keyboard.press('Enter');
    await page.getByText('The fault is off.').waitFor();
    expect(await page.getByRole('button', { name: 'Switch off' }).count()).toBe(1);
  });

  it('fits 360 pixels, and is readable in light and dark', async () => {
    const details = ['/dashboard/users/user_ada', '/dashboard/organizations/org_acorn', '/dashboard/requests/1'];
    const message = clerk.webhooks.deliveries[0]?.messageId ?? '';
    for (const colorScheme of ['light', 'dark'] as const) {
      const page = await open({ viewport: { width: 360, height: 740 }, colorScheme });
      for (const path of [...DASHBOARD_PATHS, ...details, `/dashboard/webhooks/${message}`]) {
        await page.goto(at(path));
        await page.evaluate(() => {
          for (const folded of document.querySelectorAll('details')) folded.open = true;
        });
        expect(await page.evaluate(() => document.documentElement.scrollWidth), `${path} ${colorScheme}`).toBe(360);
        expect(await faintTexts(page), `${path} ${colorScheme}`).toEqual([]);
        // Tall enough for a finger (WCAG 2.2, 2.5.8).
        const heights = await page.locator('main button, main input:not([type=hidden]), nav a').evaluateAll((all) =>
          all
            .map((element) => element.getBoundingClientRect())
            .filter(({ width }) => width > 0)
            .map(({ height }) => height),
        );
        expect(Math.min(...heights), path).toBeGreaterThanOrEqual(24);
      }
      expect(await page.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe(
        colorScheme === 'dark' ? 'rgb(18, 18, 24)' : 'rgb(245, 245, 248)',
      );
    }
  });

  it('gives another site nothing to read, frame or press', async () => {
    const site = createServer((_, response) => {
      response.setHeader('content-type', 'text/html');
      response.end(`<!doctype html><title>other</title><iframe src="${at('/')}"></iframe>
        <form method="post" action="${at('/dashboard/users/delete')}">
          <input name="user_id" value="user_ada"><button>Win</button>
        </form>`);
    });
    await listen(site);
    try {
      // Another port is another origin of the same site; the name makes it another site.
      for (const host of [originOf(site), originOf(site).replace('127.0.0.1', 'localhost')]) {
        const page = await (await browser.newContext()).newPage();
        const framed = page.waitForResponse((answer) => answer.url() === at('/'));
        await page.goto(host);
        expect((await framed).status()).toBe(403);
        const read = await page.evaluate(
          (urls) =>
            Promise.all(
              urls.map((url) =>
                fetch(url).then(
                  () => 'read',
                  () => 'refused',
                ),
              ),
            ),
          [at('/'), at('/dashboard/snapshot/bailiff-snapshot.json'), at('/dashboard/users')],
        );
        expect(read).toEqual(['refused', 'refused', 'refused']);
        await page.getByRole('button', { name: 'Win' }).click();
        await page.getByText('This request came from another site.').waitFor();
        expect(clerk.state.table('users').get('user_ada')).toBeDefined();
      }
    } finally {
      site.close();
    }
  });
});

/** Texts on the page whose contrast with what is behind them is too small. */
function faintTexts(page: Page): Promise<string[]> {
  return page.evaluate((least) => {
    const channels = (color: string) => (color.match(/[\d.]+/g) ?? []).map(Number);
    const luminance = (color: string) => {
      const [r = 0, g = 0, b = 0] = channels(color).map((value) => {
        const part = value / 255;
        return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const behind = (element: Element | null): string => {
      if (element === null) return 'rgb(255, 255, 255)';
      const { backgroundColor } = getComputedStyle(element);
      return channels(backgroundColor)[3] === 0 ? behind(element.parentElement) : backgroundColor;
    };
    const own = (element: Element) =>
      [...element.childNodes]
        .filter(({ nodeType }) => nodeType === 3)
        .map(({ textContent }) => textContent)
        .join('')
        .trim();
    return [...document.querySelectorAll('body *')].flatMap((element) => {
      const text = own(element) || (element as HTMLInputElement).placeholder || '';
      if (text === '' || ['SCRIPT', 'STYLE'].includes(element.tagName) || element.getClientRects().length === 0)
        return [];
      const colors = [getComputedStyle(element).color];
      if ('placeholder' in element) colors.push(getComputedStyle(element, '::placeholder').color);
      return colors.flatMap((color) => {
        const [light = 0, dark = 0] = [luminance(color), luminance(behind(element))].sort((a, b) => b - a);
        const ratio = (light + 0.05) / (dark + 0.05);
        return ratio < least ? [`${text.slice(0, 40)}: ${ratio.toFixed(2)}`] : [];
      });
    });
  }, CONTRAST);
}

/**
 * Takes the pictures of docs/dashboard.md in Chromium, of the built package: `npm run build && node scripts/dashboard-pictures.mjs`.
 * The instance stands still and has a seed, so that the next pictures differ only where the dashboard does.
 */
import { statSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { startLocalInstance } from 'bailiff-local';
import { ROOT } from './lib/document.mjs';

const MOST_BYTES = 150_000;
const PORT = 4000;
const SIZE = { width: 1100, height: 860 };
const PICTURES = /** @type {const} */ ([
  ['light', '/'],
  ['dark', '/dashboard/webhooks'],
]);

/** Answers 500 to every third delivery. */
let deliveries = 0;
const application = createServer((_, response) => {
  response.writeHead(deliveries++ % 3 === 2 ? 500 : 200).end();
}).listen(3000, '127.0.0.1');

const clerk = await startLocalInstance({
  port: PORT,
  now: '2026-01-05T09:30:00Z',
  seed: {
    seed: 'pictures',
    users: [
      { id: 'user_ada', first_name: 'Ada', last_name: 'Lovelace', email_address: 'ada@example.com' },
      { id: 'user_grace', first_name: 'Grace', last_name: 'Hopper', email_address: 'grace@example.com' },
    ],
    organizations: [{ id: 'org_acorn', name: 'Acorn Books', members: [{ user: 'user_ada', role: 'org:admin' }] }],
  },
});
const browser = await chromium.launch({
  executablePath: process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium',
  args: ['--no-sandbox'],
});

try {
  clerk.webhooks.add('http://127.0.0.1:3000/webhooks');
  await clerk.signIn('user_ada', { org: 'org_acorn' });
  await clerk.createApiKey({ subject: 'user_ada', name: 'Reports', scopes: ['invoices:read'] });
  await signInByCode('ada@example.com');
  clerk.fail({ operation: 'GetOrganization', status: 503, times: 1 });
  const call = (/** @type {string} */ method, /** @type {string} */ path, /** @type {unknown} */ body = undefined) =>
    fetch(`${clerk.apiUrl}/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${clerk.secretKey}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  await call('GET', '/jwks');
  await call('POST', '/users', { email_address: ['alan@example.com'], first_name: 'Alan', last_name: 'Turing' });
  await clerk.webhooks.settled();
  await call('GET', '/users?limit=10');
  await call('GET', '/users/user_nobody');
  await call('GET', '/organizations/org_acorn');
  await call('PATCH', '/users/user_grace', { public_metadata: { plan: 'pro' } });
  await clerk.webhooks.settled();

  for (const [colorScheme, path] of PICTURES) {
    const page = await browser.newPage({ viewport: SIZE, colorScheme });
    await page.goto(clerk.apiUrl + path);
    const file = join(ROOT, `docs/images/local-dashboard-${colorScheme}.png`);
    await page.screenshot({ path: file });
    const { size } = statSync(file);
    if (size > MOST_BYTES) throw new Error(`${file} has ${size} bytes, and may have ${MOST_BYTES}.`);
    console.log(`${file}: ${(size / 1000).toFixed(0)} kB`);
  }
} finally {
  await browser.close();
  await clerk.close();
  application.close();
}

/** @typedef {{ id: string, supported_first_factors: { strategy: string, email_address_id?: string }[] }} SignIn */

/** As Clerk's own front end asks for a code: a new sign-in, and its first factor. */
async function signInByCode(/** @type {string} */ identifier) {
  const ask = async (/** @type {string} */ path, /** @type {Record<string, string>} */ fields, cookie = '') => {
    const answer = await fetch(`${clerk.frontendApiUrl}/v1/client/sign_ins${path}?_clerk_js_version=6.0.0`, {
      method: 'POST',
      headers: { origin: 'http://127.0.0.1:3000', cookie },
      body: new URLSearchParams(fields),
    });
    const body = /** @type {unknown} */ (await answer.json());
    const { response } = /** @type {{ response: SignIn }} */ (body);
    const cookies = answer.headers.getSetCookie().map((line) => line.split(';')[0]);
    return { response, cookie: cookies.join('; ') };
  };
  const { response, cookie } = await ask('', { identifier });
  const factor = response.supported_first_factors.find(({ strategy }) => strategy === 'email_code');
  const id = factor?.email_address_id ?? '';
  await ask(`/${response.id}/prepare_first_factor`, { strategy: 'email_code', email_address_id: id }, cookie);
}

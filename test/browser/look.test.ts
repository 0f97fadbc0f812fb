/** What a style sheet promises can only be seen in a browser: names are whole on a small screen, and the ring of the focus is. */
import { expect, it } from 'vitest';
import { startLocalInstance } from 'bailiff-local';
import { hasChromium, launchChromium, sayIfSkipped } from '../support/chromium.js';

sayIfSkipped('test/browser/look');

const NAME = 'Adelheid von Hohenstein';
/** Outline and its offset, in the style sheet. */
const RING = 4;

it.skipIf(!hasChromium)('the sign-in page fits 360 pixels', async () => {
  const [first_name = '', ...last] = NAME.split(' ');
  const clerk = await startLocalInstance({
    seed: {
      users: ['ada', 'eve', 'bob'].map((id) => ({
        id: `user_${id}`,
        email_address: `${id}@example.com`,
        first_name,
        last_name: last.join(' '),
      })),
      organizations: [{ name: 'Acme', members: [{ user: 'user_ada' }, { user: 'user_eve' }, { user: 'user_bob' }] }],
    },
  });
  const browser = await launchChromium();
  try {
    const page = await browser.newPage({ viewport: { width: 360, height: 740 } });
    await page.goto(`${clerk.frontendApiUrl}/sign-in`);
    const names = page.locator('.row .who b');
    expect(await names.allTextContents()).toEqual([NAME, NAME, NAME]);
    expect(await page.locator('.row .tag').count()).toBe(3);
    expect(await names.evaluateAll((all) => all.map((name) => name.scrollWidth <= name.clientWidth))).toEqual([
      true,
      true,
      true,
    ]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);

    for (const row of await page.locator('.list .row').all()) {
      await row.focus();
      const seen = await row.evaluate((button, ring) => {
        const list = (button.closest('.list') as Element).getBoundingClientRect();
        const box = button.getBoundingClientRect();
        return [
          box.left - ring >= list.left,
          box.right + ring <= list.right,
          box.top - ring >= list.top,
          box.bottom + ring <= list.bottom,
        ];
      }, RING);
      expect(seen).toEqual([true, true, true, true]);
    }
  } finally {
    await browser.close();
    await clerk.close();
  }
});

/** What a person does on the pages of a stage: Clerk's own forms, filled in. */
import { expect } from 'vitest';
import type { LocalInstance } from 'bailiff-local';
import type { Page } from 'playwright-core';
import { submit, type Stage } from './stage.js';

/** Calls the Backend API as an application's server does. */
export async function backend(
  clerk: LocalInstance,
  method: string,
  path: string,
  body?: object,
): Promise<Record<string, unknown>> {
  const response = await fetch(`${clerk.apiUrl}/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${clerk.secretKey}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const json = (await response.json()) as Record<string, unknown>;
  expect(response.status, `${method} ${path}: ${JSON.stringify(json)}`).toBe(200);
  return json;
}

export async function identifyAs({ page, site }: Stage, address: string): Promise<void> {
  await page.goto(`${site}/sign-in`);
  await page.getByLabel('Email address').fill(address);
  await submit(page);
}

export async function givePassword(page: Page, password: string): Promise<void> {
  await page.locator('input[name=password]:visible').first().fill(password);
  await submit(page);
}

const codeField = (page: Page) => page.locator('input[autocomplete="one-time-code"]').first();

/** The page asks for a code. */
export const asksForCode = (page: Page): Promise<void> => codeField(page).waitFor();

/** Types a code; the form sends it by itself. One that was refused stays for a moment, and is cleared then. */
export async function giveCode(page: Page, code: string): Promise<void> {
  await expect.poll(() => codeField(page).inputValue(), { timeout: 20_000 }).toBe('');
  await codeField(page).pressSequentially(code);
}

/** A code that is not this one. */
export const otherThan = (code: string): string => (code === '000000' ? '000001' : '000000');

/** The newest code, once there are so many messages to the address. */
export async function codeSentTo({ clerk }: Stage, to: string, count = 1): Promise<string> {
  const sent = (): number => clerk.emails.filter((message) => message.to === to).length;
  await expect.poll(sent, { timeout: 20_000 }).toBeGreaterThanOrEqual(count);
  return clerk.lastCode(to);
}

/** The home page shows the user, and the guarded route knows the same one. */
export async function isHome({ page, site, callApi }: Stage, userId: string | RegExp): Promise<void> {
  await page.waitForURL(`${site}/`);
  await page.locator('#user', { hasText: userId }).waitFor();
  const shown = await page.locator('#user').textContent();
  if (typeof userId === 'string') expect(shown).toBe(userId);
  expect(await callApi()).toMatchObject({ status: 200, userId: shown });
}

/** The page's own client, as `page.evaluate(() => (window as unknown as WithClerk).Clerk...)` sees it. */
export interface WithClerk {
  readonly Clerk: {
    readonly loaded: boolean;
    readonly session?: {
      readonly id: string;
      readonly getToken: (with_?: object) => Promise<string | null>;
      readonly touch: () => Promise<unknown>;
    } | null;
    readonly client: { readonly sessions: readonly { readonly id: string; readonly user: { readonly id: string } }[] };
    readonly setActive: (with_: object) => Promise<void>;
    readonly signOut: (with_?: object) => Promise<void>;
  };
}

/** The row of a table that has the text. */
export const rowWith = (page: Page, text: string) => page.getByRole('row').filter({ hasText: text });

/** Confirms a removal. The form opens slowly, and a click that falls on it while it is drawn anew is lost: then it is clicked again. */
export async function confirmRemoval(page: Page): Promise<void> {
  const confirm = page.getByRole('button', { name: 'Remove', exact: true });
  await confirm.waitFor();
  for (let isGone = false; !isGone;) {
    await confirm.click({ timeout: 3_000 }).catch(() => undefined);
    isGone = await confirm.waitFor({ state: 'detached', timeout: 3_000 }).then(
      () => true,
      () => false,
    );
  }
}

/** The Chromium of this machine, for tests in a browser. */
import { existsSync } from 'node:fs';
import { chromium, type Browser } from 'playwright-core';

const CHROMIUM = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';

export const hasChromium = existsSync(CHROMIUM);

/** Why a file's tests are skipped; to be said once by each. */
export function sayIfSkipped(file: string): void {
  if (!hasChromium) console.warn(`${file}: skipped, there is no Chromium at ${CHROMIUM} (CHROMIUM_PATH).`);
}

export const launchChromium = (...args: string[]): Promise<Browser> =>
  chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', ...args] });

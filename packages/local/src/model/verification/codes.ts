/** Codes for one use: random ones, and the one of Clerk's test mode for addresses and numbers that are made for tests. */
import type { InstanceState } from '../../state/instance-state.js';
import { settingsOf } from '../instance/settings.js';

/** What Clerk documents for test addresses; nobody else's code is ever this one. */
export const TEST_CODE = '424242';

/** `ada+clerk_test@example.com`, and the fictional numbers +1 (XXX) 555-0100 to 555-0199. */
const TEST_ADDRESSES = /\+clerk_test(\+[^@]*)?@|^\+1\d{3}55501\d{2}$/;

const LETTERS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

export function isTestAddress(state: InstanceState, to: string): boolean {
  return settingsOf(state, 'instance').test_mode && TEST_ADDRESSES.test(to);
}

/** @param to e-mail address or phone number */
export const codeFor = (state: InstanceState, to: string): string =>
  isTestAddress(state, to) ? TEST_CODE : randomCode(state);

/** Six digits, all equally likely but for one in a billion. */
function randomCode(state: InstanceState): string {
  let number = 0n;
  for (const letter of state.secret(16)) number = number * 62n + BigInt(LETTERS.indexOf(letter));
  const code = String(number % 1_000_000n).padStart(6, '0');
  return code === TEST_CODE ? randomCode(state) : code;
}
